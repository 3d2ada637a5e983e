// Text that is not UTF-8, made fit for an event. Pure; from every thread.
#pragma once

#include <string>
#include <string_view>

namespace worker::pipe {

/// `text`, in which each longest beginning of a character that is not continued, and each other byte that is
/// no part of one, has become U+FFFD: the practice of Unicode 15, 3.9, and what browsers do.
std::string valid_text(std::string_view text);

}  // namespace worker::pipe
