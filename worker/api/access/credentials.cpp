#include "api/access/credentials.hpp"

#include <algorithm>

#include "api/request/bearer.hpp"

namespace worker::api {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// The first cookie of this name (RFC 6265, section 4.2.1). A client may send several Cookie lines.
std::optional<std::string_view> cookie_value(const http::Request& request, std::string_view name) {
  const auto [first, end] = request.headers.equal_range("cookie");
  for (auto line = first; line != end; ++line) {
    std::string_view rest = line->second;
    while (!rest.empty()) {
      const auto semicolon = std::min(rest.find(';'), rest.size());
      const auto pair = trimmed(rest.substr(0, semicolon));
      rest.remove_prefix(std::min(semicolon + 1, rest.size()));
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      auto value = pair.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Credential> subscriber_credential(const http::Request& request, const http::Query& parameters,
                                                const std::vector<std::string>& cookies) {
  using Place = Credential::Place;
  if (const auto bearer = bearer_token(request)) return Credential{*bearer, Place::header};
  if (const auto parameter = parameters.last("authorization")) return Credential{*parameter, Place::address};
  for (const auto& cookie : cookies) {
    if (const auto value = cookie_value(request, cookie)) return Credential{*value, Place::cookie};
  }
  return std::nullopt;
}

}  // namespace worker::api
