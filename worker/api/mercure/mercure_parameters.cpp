#include "api/mercure/mercure_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/request/request_body.hpp"
#include "api/stream/cursor.hpp"
#include "http/problem.hpp"

namespace worker::api {

base::Result<http::Query, http::Response> mercure_parameters(const http::Request& request,
                                                             std::size_t topics_max) {
  // Beside the topics: ours, and what else an address may carry (tokens of others, cache busters).
  constexpr std::size_t others_max = 64;
  const auto most = topics_max + others_max;
  auto parameters = request.query;
  if (request.method == "QUERY" && !request.body.empty()) {
    const auto body = plain_body(request);
    if (!body) return base::failure(body.error());
    if (media_type(request) != "application/x-www-form-urlencoded")
      return base::failure(http::problem(415, "Content-Type: must be application/x-www-form-urlencoded"));
    const bool has_cursor =
        std::ranges::any_of(parameters.pairs(), [](const auto& pair) { return is_cursor_name(pair.first); });
    // No more than the first parameter over the limit.
    const auto form = http::Query::parse(body.value(), most + 1);
    for (const auto& [name, value] : form.pairs()) {
      if (!has_cursor || !is_cursor_name(name)) parameters.add(name, value);
    }
  }
  if (parameters.pairs().size() > most)
    return base::failure(
        http::problem(400, fmt::format("topic: the request has more than {} parameters", most)));
  return parameters;
}

}  // namespace worker::api
