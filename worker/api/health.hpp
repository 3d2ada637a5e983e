// GET /healthz and GET /metrics: whether this worker can serve, and its figures.
#pragma once

#include "api/request/access.hpp"
#include "api/settings.hpp"
#include "api/stream/slots.hpp"
#include "http/exchange.hpp"
#include "log/log.hpp"
#include "metrics/registry.hpp"
#include "store/store.hpp"

namespace worker::api {

/// Answers 200 `{"status":"ok","store":{"status":"ok"}}` while the store accepts events, else 503 with
/// `unwell` and `unavailable`. Two kinds of requests also get figures, and the reason with its paths and
/// addresses: those from this machine, unless `stats.readers` is `nobody`, and those with the publish key.
/// Loop thread only.
class HealthEndpoint final : public http::Endpoint {
 public:
  HealthEndpoint(const log::Log& log, const store::Store& store, const StreamSlots& slots,
                 const Access& access, const StatsSettings& stats);
  void update(const StatsSettings& stats);
  void serve(http::Exchange& exchange) override;

 private:
  const log::Log& log_;
  const store::Store& store_;
  const StreamSlots& slots_;
  const Access& access_;
  bool loopback_ = true;
};

/// The web server lets this machine alone ask. Where the request says that it comes from elsewhere all the
/// same, it needs the publish key. Loop thread only.
class MetricsEndpoint final : public http::Endpoint {
 public:
  MetricsEndpoint(const metrics::Registry& registry, const Access& access)
      : registry_(registry), access_(access) {}
  void serve(http::Exchange& exchange) override;

 private:
  const metrics::Registry& registry_;
  const Access& access_;
};

}  // namespace worker::api
