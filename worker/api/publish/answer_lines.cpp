#include "api/publish/answer_lines.hpp"

#include "api/request/quoted.hpp"

namespace worker::api {

void append_answer_line(std::string& out, std::string_view name, std::string_view text) {
  out.append("{\"").append(name).append("\":");
  append_json_string(out, text);
  out.append("}\n");
}

void append_error_line(std::string& out, std::string_view text, bool retry) {
  out.append(R"({"error":)");
  append_json_string(out, text);
  out.append(retry ? ",\"retry\":true}\n" : "}\n");
}

}  // namespace worker::api
