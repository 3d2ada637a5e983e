#include "http/problem.hpp"

#include <nlohmann/json.hpp>

namespace worker::http {

Response problem(int status, const std::string& detail,
                 std::vector<std::pair<std::string, std::string>> headers) {
  // A detail may quote what the client sent: bytes that are not UTF-8 are replaced, never thrown on.
  const nlohmann::ordered_json body = {
      {"type", "about:blank"}, {"title", reason_phrase(status)}, {"status", status}, {"detail", detail}};
  headers.emplace_back("Content-Type", "application/problem+json");
  headers.emplace_back("Cache-Control", "no-store");
  return {{status, std::move(headers)},
          body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n"};
}

}  // namespace worker::http
