// The lines in which publishers are answered. Pure; from every thread.
#pragma once

#include <string>
#include <string_view>

namespace worker::api {

/// Appends `{"NAME":"TEXT"}` and a line end. `name` needs no escaping.
void append_answer_line(std::string& out, std::string_view name, std::string_view text);

/// Appends `{"error":"TEXT"}`, or `{"error":"TEXT","retry":true}`, and a line end. `retry`: the same event
/// may be stored when it is sent again later.
void append_error_line(std::string& out, std::string_view text, bool retry);

}  // namespace worker::api
