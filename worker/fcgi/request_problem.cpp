#include "fcgi/request_problem.hpp"

#include <fmt/format.h>

#include <string>

#include "base/printable.hpp"
#include "http/problem.hpp"

namespace worker::fcgi {

http::Response limit_problem(RequestReader::Progress progress, const Settings& settings,
                             std::size_t bodies_bytes, metrics::Limits& limits) {
  if (progress == RequestReader::Progress::head_too_large) {
    limits.count(metrics::Limit::head_bytes);
    return http::problem(
        431,
        fmt::format("The address and headers are over {} bytes. Send the subscription as the body of POST "
                    "/events, or raise fastcgi.head_bytes_max.",
                    settings.head_bytes_max));
  }
  if (progress == RequestReader::Progress::body_too_large) {
    limits.count(metrics::Limit::body_bytes);
    return http::problem(413, fmt::format("The body is over {} bytes.", settings.body_bytes_max));
  }
  limits.count(metrics::Limit::bodies_bytes);
  return http::problem(
      503, fmt::format("The request bodies being received take {} bytes already. Retry later.", bodies_bytes),
      {{"Retry-After", "1"}});
}

std::optional<http::Response> length_problem(const http::Request& request) {
  const auto& announced = request.content_length;
  // A chunked body has no length to announce: most web servers send none then, Caddy sends -1.
  if (announced.empty() || announced == "-1" || announced == std::to_string(request.body.size()))
    return std::nullopt;
  return http::problem(400, fmt::format("The body has {} bytes, but Content-Length is {}.",
                                        request.body.size(), base::printable(announced)));
}

}  // namespace worker::fcgi
