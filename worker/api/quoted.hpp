// Quoted: text as a JSON string. Pure.
#pragma once

#include <string>
#include <string_view>

namespace worker::api {

/// Appends `text` in quotes, with what JSON wants escaped; bytes that are no UTF-8 become U+FFFD. Text that
/// needs no escapes, such as most ids and topics, is copied as it is.
void append_quoted(std::string& out, std::string_view text);

}  // namespace worker::api
