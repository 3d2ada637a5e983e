#include "pipe/http_refusal.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/printable.hpp"

namespace worker::pipe {
namespace {

// The worker is away, or takes no more for the moment.
bool is_temporary(long status) { return status == 408 || status == 425 || status == 429 || status >= 500; }

// The sentence of an application/problem+json; none in a page of something else.
std::string detail_of(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("detail") || !json["detail"].is_string()) return {};
  constexpr std::size_t bytes_max = 1'000;
  return base::printable(json["detail"].get<std::string>(), bytes_max);
}

}  // namespace

Ending http_refusal(long status, std::string_view content_type, const std::string& body) {
  if (status == 200) {
    return {Ending::Kind::denied,
            fmt::format("the answer ({}) is not that of a publish stream; is the address right?",
                        content_type.empty() ? "without a Content-Type" : base::printable(content_type))};
  }
  const auto detail = detail_of(body);
  const auto* const hint = status == 401 ? " (--key-file names the file with the key)" : "";
  return {is_temporary(status) ? Ending::Kind::lost : Ending::Kind::denied,
          fmt::format("status {}{}{}{}", status, detail.empty() ? "" : ": ", detail, hint)};
}

}  // namespace worker::pipe
