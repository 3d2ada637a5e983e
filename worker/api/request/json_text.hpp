// What the fast JSON parser does not tell or take: numbers beyond 64 bits or a double, and where a text is
// broken. Only for texts that it has refused; ordinary ones never come here.
#pragma once

#include <string>
#include <string_view>

#include "api/request/invalid_request.hpp"

namespace worker::api {

/// Nobody publishes deeper JSON by intention, and readers would have to follow it by recursion.
inline constexpr int json_depth_max = 100;

/// `text` with every number in it replaced by a 0 and blanks, so that all else stays at its byte. A JSON text
/// may hold any number (RFC 8259, section 6, leaves the range to who reads it); what is no number in JSON's
/// grammar stays as it is.
std::string without_numbers(std::string_view text);

/// Why `text`, which has no large numbers, is no JSON object that is taken.
InvalidRequest json_error(std::string_view text);

}  // namespace worker::api
