#include "api/router.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "base/printable.hpp"
#include "http/problem.hpp"

namespace worker::api {

void Router::add(std::string path, std::vector<std::string> methods, http::Endpoint& endpoint) {
  if (std::ranges::find(methods, "GET") != methods.end()) methods.emplace_back("HEAD");
  routes_.insert_or_assign(std::move(path), Route{std::move(methods), &endpoint});
}

void Router::add_below(std::string path, std::vector<std::string> methods, http::Endpoint& endpoint) {
  if (std::ranges::find(methods, "GET") != methods.end()) methods.emplace_back("HEAD");
  routes_below_.insert_or_assign(std::move(path), Route{std::move(methods), &endpoint});
}

const Router::Route* Router::find(std::string_view path) const {
  if (const auto found = routes_.find(path); found != routes_.end()) return &found->second;
  for (const auto& [above, route] : routes_below_) {
    if (path.starts_with(above)) return &route;
  }
  return nullptr;
}

void Router::prepare(http::Exchange& exchange) { exchange.add_to_head(cors_.head_lines(exchange.request())); }

const Router::Route* Router::route_of(const http::Request& request) const {
  const auto* const found = find(request.path);
  if (found == nullptr) return nullptr;
  const auto& methods = found->methods;
  return std::ranges::find(methods, request.method) == methods.end() ? nullptr : found;
}

bool Router::streams_body(const http::Request& request) const {
  const auto* const route = route_of(request);
  return route != nullptr && route->endpoint->streams_body(request);
}

void Router::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  if (request.method.empty() || request.path.empty()) {
    return exchange.answer(http::problem(
        400,
        "The web server sent no REQUEST_METHOD, or no path: SCRIPT_NAME with PATH_INFO, DOCUMENT_URI or "
        "REQUEST_URI. In nginx, include sse-worker.params; deploy/front-ends has the configuration of "
        "others."));
  }
  const auto* const found = find(request.path);
  if (found == nullptr) {
    std::vector<std::string_view> known;
    for (const auto& [path, route] : routes_) known.emplace_back(path);
    return exchange.answer(
        http::problem(404, fmt::format("No such path: {}; there are {}.", base::printable(request.path),
                                       fmt::join(known, ", "))));
  }
  const auto& [methods, endpoint] = *found;
  if (std::ranges::find(methods, request.method) == methods.end()) {
    const auto allowed = fmt::format("{}", fmt::join(methods, ", "));
    if (request.method == "OPTIONS") return exchange.answer(cors_.options_response(request, allowed));
    return exchange.answer(
        http::problem(405, fmt::format("{} supports only {}.", request.path, allowed), {{"Allow", allowed}}));
  }
  endpoint->serve(exchange);
}

}  // namespace worker::api
