// GET /presence: how many read a topic now, and for those who may know it, who.
#pragma once

#include "api/access/grants.hpp"
#include "api/request/access.hpp"
#include "api/stream/settings.hpp"
#include "http/exchange.hpp"
#include "presence/roster.hpp"

namespace worker::api {

/// Answers `{"topics":[{"topic":…,"count":…,"subjects":[…]}]}`, in the order of the request. A caller may ask
/// for the topics that it may read. It gets `subjects` of those that are granted to it; an operator, as
/// /control knows one, gets all. Loop thread only; one per loop. All that is borrowed outlives it.
class PresenceEndpoint final : public http::Endpoint {
 public:
  PresenceEndpoint(const presence::Roster& roster, const Grants& grants, const Access& access,
                   const StreamSettings& settings);
  void update(const StreamSettings& settings) { settings_ = settings; }

  void serve(http::Exchange& exchange) override;

 private:
  bool is_operator(const http::Request& request, const Identity& identity) const;

  const presence::Roster& roster_;
  const Grants& grants_;
  const Access& access_;
  StreamSettings settings_;
};

}  // namespace worker::api
