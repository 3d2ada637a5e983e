#include "api/request/access.hpp"

#include <fmt/format.h>

#include <utility>

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

// RFC 6750, section 3.1: no error code where the request had no credential.
http::Response unauthorized(const Caller& caller, const std::string& detail) {
  return http::problem(
      401, detail,
      {{"WWW-Authenticate", caller.bearer.empty() ? "Bearer" : "Bearer error=\"invalid_token\""}});
}

}  // namespace

void Access::update(std::string key, const AccessSettings& settings) {
  key_ = std::move(key);
  settings_ = settings;
}

std::optional<http::Response> Access::publish_problem(const http::Request& request) const {
  const auto caller = caller_of(request, settings_);
  if (api::has_key(caller, key_)) return std::nullopt;
  if (!key_.empty())
    return unauthorized(caller, "Publishing needs `Authorization: Bearer` with the configured key.");
  const auto reason = publishing_doubt(caller);
  if (!reason) return std::nullopt;
  return unauthorized(caller,
                      fmt::format("{}: publishing then needs a key. Set publish.key or publish.key_file "
                                  "in the configuration, and send the key as `Authorization: Bearer "
                                  "KEY`.",
                                  *reason));
}

std::optional<http::Response> Access::control_problem(const http::Request& request) const {
  const auto caller = caller_of(request, settings_);
  if (api::has_key(caller, key_)) return std::nullopt;
  if (!key_.empty()) return unauthorized(caller, fmt::format("/control needs {}.", how));
  const auto reason =
      caller.is_local() ? publishing_doubt(caller) : elsewhere(caller, request.remote_address);
  if (!reason) return std::nullopt;
  return unauthorized(caller, fmt::format("{}: /control then needs {}.", *reason, how));
}

std::optional<http::Response> Access::metrics_problem(const http::Request& request) const {
  const auto caller = caller_of(request, settings_);
  const auto reason = doubt(caller);
  if (!reason || api::has_key(caller, key_)) return std::nullopt;
  return unauthorized(caller, fmt::format("{}: /metrics then needs {}.", *reason, how));
}

std::optional<http::Response> Access::stats_problem(const http::Request& request) const {
  const auto caller = caller_of(request, settings_);
  if (caller.is_local() || api::has_key(caller, key_)) return std::nullopt;
  return unauthorized(
      caller, fmt::format("{}: topic: $stats is for the worker's own machine, or needs {}; the operator can "
                          "change stats.allowed in the configuration.",
                          elsewhere(caller, request.remote_address), how));
}

bool Access::has_key(const http::Request& request) const {
  return api::has_key(caller_of(request, settings_), key_);
}

bool Access::is_operator(const http::Request& request, bool local_suffices) const {
  const auto caller = caller_of(request, settings_);
  return (local_suffices && caller.is_local()) || api::has_key(caller, key_);
}

}  // namespace worker::api
