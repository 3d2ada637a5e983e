// Quoted: text as a JSON string. Pure; from every thread.
#pragma once

#include <string>
#include <string_view>

namespace worker::api {

/// Appends `text` in quotes, escaped as JSON requires; bytes that are not UTF-8 become U+FFFD. Text without
/// anything to escape, such as most ids and topics, is copied as it is.
void append_json_string(std::string& out, std::string_view text);

}  // namespace worker::api
