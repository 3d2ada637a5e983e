#include "api/request/bearer.hpp"

#include <fmt/format.h>

#include "api/request/request_body.hpp"
#include "http/problem.hpp"

namespace worker::api {

std::optional<std::string_view> bearer_token(const http::Request& request) {
  constexpr std::string_view scheme = "bearer";
  const auto authorization = request.header("authorization");
  if (lower_case(authorization.substr(0, scheme.size())) != scheme) return std::nullopt;
  const auto rest = authorization.substr(scheme.size());
  if (rest.empty()) return rest;
  const auto begin = rest.find_first_not_of(" \t");
  if (begin == 0) return std::nullopt;
  return begin == std::string_view::npos ? std::string_view() : rest.substr(begin);
}

http::Response unauthorized(std::string_view error_code, const std::string& detail) {
  const auto challenge =
      error_code.empty() ? std::string("Bearer") : fmt::format("Bearer error=\"{}\"", error_code);
  return http::problem(401, detail, {{"WWW-Authenticate", challenge}});
}

http::Response misplaced_token(const std::string& detail) {
  return http::problem(400, detail, {{"WWW-Authenticate", "Bearer error=\"invalid_request\""}});
}

http::Response forbidden(const std::string& detail) {
  return http::problem(403, detail, {{"WWW-Authenticate", "Bearer error=\"insufficient_scope\""}});
}

http::Response with_resource_metadata(http::Response refusal, std::string_view address) {
  if (address.empty()) return refusal;
  for (auto& [name, value] : refusal.head.headers) {
    if (name == "WWW-Authenticate")
      value += fmt::format("{} resource_metadata=\"{}\"", value == "Bearer" ? "" : ",", address);
  }
  return refusal;
}

}  // namespace worker::api
