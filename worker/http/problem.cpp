#include "http/problem.hpp"

#include <nlohmann/json.hpp>

namespace worker::http {

Response problem(int status, const std::string& detail,
                 std::vector<std::pair<std::string, std::string>> headers) {
  // A detail may quote what the client sent: bytes that are not UTF-8 are replaced, never thrown on.
  const nlohmann::ordered_json body = {
      {"type", "about:blank"}, {"title", reason_phrase(status)}, {"status", status}, {"detail", detail}};
  return full_response(status, "application/problem+json",
                       body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n",
                       std::move(headers));
}

}  // namespace worker::http
