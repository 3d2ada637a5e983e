#include "api/request/access.hpp"

#include <fmt/format.h>

#include <utility>

#include "api/request/bearer.hpp"
#include "base/printable.hpp"
#include "http/problem.hpp"

namespace worker::api {
namespace {

constexpr const char* how = "`Authorization: Bearer` with the publish key (publish.key or publish.key_file)";

// Why a caller is not on this machine.
std::string elsewhere(const Caller& caller, const http::RemoteAddress& address) {
  if (auto reason = doubt(caller)) return *reason;
  return fmt::format("This request comes from {}",
                     address.text().empty() ? "an unknown address (the web server sends no REMOTE_ADDR)"
                                            : base::printable(address.text()));
}

// Of an address; empty where it has none.
std::string_view origin_in(std::string_view address) {
  const auto begin = address.find("://");
  if (begin == std::string_view::npos) return {};
  return address.substr(0, address.find_first_of("/?#", begin + 3));
}

// No error code where the request had no credential.
http::Response refused(const Caller& caller, const std::string& detail) {
  return unauthorized(caller.bearer.empty() ? "" : "invalid_token", detail);
}

}  // namespace

void Access::update(std::string key, const AccessSettings& settings) {
  key_ = std::move(key);
  settings_ = settings;
}

std::optional<http::Response> Access::publish_problem(const http::Request& request) const {
  const auto caller = caller_of(request, settings_);
  if (is_key(caller.bearer, key_)) return std::nullopt;
  if (!key_.empty())
    return refused(caller, "Publishing needs `Authorization: Bearer` with the configured key.");
  const auto reason = publishing_doubt(caller);
  if (!reason) return std::nullopt;
  return refused(caller, fmt::format("{}: publishing then needs a key. Set publish.key or publish.key_file "
                                     "in the configuration, and send the key as `Authorization: Bearer "
                                     "KEY`.",
                                     *reason));
}

std::optional<http::Response> Access::control_problem(const http::Request& request) const {
  const auto caller = caller_of(request, settings_);
  if (is_key(caller.bearer, key_)) return std::nullopt;
  if (!key_.empty()) return refused(caller, fmt::format("/control needs {}.", how));
  const auto reason =
      caller.is_local() ? publishing_doubt(caller) : elsewhere(caller, request.remote_address);
  if (!reason) return std::nullopt;
  return refused(caller, fmt::format("{}: /control then needs {}.", *reason, how));
}

std::optional<http::Response> Access::cross_site_problem(const http::Request& request) const {
  if (!caller_of(request, settings_).cross_site) return std::nullopt;
  return http::problem(403,
                       "This request comes from a page of another origin. The operator can add the origin to "
                       "access.origins.");
}

std::optional<http::Response> Access::unknown_page_problem(const http::Request& request) const {
  if (request.headers.contains("origin") || request.headers.contains("sec-fetch-site"))
    return cross_site_problem(request);
  const auto origin = origin_in(request.header("referer"));
  if (origin.empty()) {
    return http::problem(403,
                         "A token in a cookie needs the header Origin or Referer, so that pages of other "
                         "origins cannot use it");
  }
  http::Request named{
      .headers = {{"origin", std::string(origin)}, {"host", std::string(request.header("host"))}}};
  return cross_site_problem(named);
}

std::optional<http::Response> Access::metrics_problem(const http::Request& request) const {
  const auto caller = caller_of(request, settings_);
  const auto reason = doubt(caller);
  if (!reason || is_key(caller.bearer, key_)) return std::nullopt;
  return refused(caller, fmt::format("{}: /metrics then needs {}.", *reason, how));
}

std::optional<http::Response> Access::stats_problem(const http::Request& request) const {
  const auto caller = caller_of(request, settings_);
  if (caller.is_local() || is_key(caller.bearer, key_)) return std::nullopt;
  return refused(
      caller, fmt::format("{}: topic: $stats is for the worker's own machine, or needs {}; the operator can "
                          "change stats.allowed in the configuration.",
                          elsewhere(caller, request.remote_address), how));
}

bool Access::has_key(const http::Request& request) const {
  return is_key(bearer_token(request).value_or(""), key_);
}

bool Access::is_operator(const http::Request& request, bool local_suffices) const {
  return (local_suffices && caller_of(request, settings_).is_local()) || has_key(request);
}

}  // namespace worker::api
