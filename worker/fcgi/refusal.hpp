// Refusal: why a peer is closed without being served. Each reason is a label of one metric.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace worker::fcgi {

enum class Refusal {
  version,     // not FastCGI 1
  type,        // a record that must not come at this point
  role,        // not a responder
  id,          // request id 0, or the id of another request
  length,      // a BEGIN_REQUEST of the wrong size
  params,      // name-value pairs whose lengths do not add up, or with NUL
  truncated,   // the peer left in the middle of a request
  deadline,    // the request was not complete in time
  early,       // too many bytes came before the answer was sent
  full,        // too many connections without a request
  management,  // a management record that is too long, or too many of them
};

inline constexpr std::array<std::string_view, 11> refusal_names = {
    "version",   "type",     "role",  "id",   "length",    "params",
    "truncated", "deadline", "early", "full", "management"};

constexpr std::string_view name_of(Refusal refusal) {
  return refusal_names[static_cast<std::size_t>(refusal)];
}

}  // namespace worker::fcgi
