// Gzip: the one coding of a request's body that is read beside none (RFC 1952, through zlib).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace worker::http {

enum class GzipError {
  broken,     // no gzip, cut short, or with something behind it
  too_large,  // it would expand to more than was allowed
};

/// What `body` expands to, all members of it; never more than `bytes_max`, whatever it claims.
base::Result<std::string, GzipError> expand_gzip(std::string_view body, std::size_t bytes_max);

}  // namespace worker::http
