// Is this text what the stream's encoding allows?
#pragma once

#include <string_view>

namespace worker::base {

/// Well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// Any of U+0000 to U+001F or U+007F.
bool has_control(std::string_view text);

}  // namespace worker::base
