#include "api/request/caller.hpp"

#include "api/request/request_body.hpp"

namespace worker::api {
namespace {

// Takes a time that does not depend on where the two differ.
bool equal_in_constant_time(std::string_view given, std::string_view expected) {
  unsigned difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    difference |= static_cast<unsigned>(given[i] ^ expected[i % expected.size()]);
  }
  return difference == 0;
}

// The text after `Bearer`, in any case, and one or more blanks (RFC 9110, section 11.4).
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer";
  if (lower_case(authorization.substr(0, scheme.size())) != scheme) return {};
  const auto rest = authorization.substr(scheme.size());
  const auto begin = rest.find_first_not_of(" \t");
  return begin == 0 || begin == std::string_view::npos ? std::string_view() : rest.substr(begin);
}

}  // namespace

bool has_bearer_key(const http::Request& request, std::string_view key) {
  return !key.empty() && equal_in_constant_time(bearer_token(request.header("authorization")), key);
}

}  // namespace worker::api
