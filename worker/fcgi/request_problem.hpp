// RequestProblem: the answers to requests that no endpoint sees, because they are over a limit or their body
// is not complete. Pure functions, but for the counting.
#pragma once

#include <cstddef>
#include <optional>

#include "fcgi/request_reader.hpp"
#include "fcgi/settings.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "metrics/limits.hpp"

namespace worker::fcgi {

/// 431, 413 or 503 for `progress`, which is one of the `*_too_large`; counted in `limits`. `bodies_bytes`:
/// what the bodies of all connections take now.
http::Response limit_problem(RequestReader::Progress progress, const Settings& settings,
                             std::size_t bodies_bytes, metrics::Limits& limits);

/// 400 if the body has another length than CONTENT_LENGTH says: a web server that lost its client ends the
/// body early.
std::optional<http::Response> length_problem(const http::Request& request);

}  // namespace worker::fcgi
