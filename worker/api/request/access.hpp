// Access: who may publish, and who may read what is the operator's: the metrics, `$stats` and the details of
// /healthz. Every endpoint asks here. One per reactor; loop thread only.
//
// A credential is `Authorization: Bearer` with the publish key. Without one a caller is trusted for its
// address, as far as the web server lets it through, and unless something about the request says that the
// address proves nothing (caller.hpp).
#pragma once

#include <optional>
#include <string>

#include "api/request/caller.hpp"
#include "api/request/settings.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace worker::api {

class Access {
 public:
  /// `key`: the publish key; empty for none.
  void update(std::string key, const AccessSettings& settings);

  /// The refusal of a publish; none if the caller may publish. With a key nobody may without it.
  std::optional<http::Response> publish_problem(const http::Request& request) const;
  /// The same for /control, where the caller must be on this machine if there is no key.
  std::optional<http::Response> control_problem(const http::Request& request) const;
  /// The same for a publisher or operator whom the web server knows (SSE_GRANT), for example by a cookie: a
  /// browser adds that to whatever any page asks, so pages of other origins are refused. 403.
  std::optional<http::Response> cross_site_problem(const http::Request& request) const;
  /// The same for a publisher whom a cookie proves: the page must be known, by its Origin, or by its Referer
  /// where there is none.
  std::optional<http::Response> unknown_page_problem(const http::Request& request) const;
  /// The same for reading the metrics.
  std::optional<http::Response> metrics_problem(const http::Request& request) const;
  /// The same for `$stats`, where clients on this machine may read it.
  std::optional<http::Response> stats_problem(const http::Request& request) const;
  /// The caller has the publish key. False where there is none.
  bool has_key(const http::Request& request) const;
  /// The caller has the key, or is on this machine where `local_suffices`.
  bool is_operator(const http::Request& request, bool local_suffices) const;

 private:
  std::string key_;
  AccessSettings settings_;
};

}  // namespace worker::api
