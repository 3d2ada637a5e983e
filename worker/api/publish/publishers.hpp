// Publishers: who may publish. Owned by the reactor; loop thread only. Borrows what it asks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/access/grants.hpp"
#include "api/request/access.hpp"
#include "base/result.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace worker::api {

class Publishers {
 public:
  Publishers(const Access& access, const Grants& grants) : access_(access), grants_(grants) {}

  /// Who sends the request, if it may publish; without a grant it may publish everything. Otherwise the
  /// refusal.
  base::Result<Identity, http::Response> identify(const http::Request& request) const;
  /// The refusal, if the grant of `identity` does not cover all of `topics`.
  std::optional<http::Response> topics_problem(const Identity& identity,
                                               const std::vector<std::string>& topics) const;
  /// When the grant of `identity` ends; none: it does not.
  std::optional<base::Instant> end_of(const Identity& identity) const { return grants_.end_of(identity); }

 private:
  const Access& access_;
  const Grants& grants_;
};

}  // namespace worker::api
