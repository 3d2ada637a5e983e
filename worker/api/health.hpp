// GET /healthz and GET /metrics: whether this worker can serve, and its figures.
#pragma once

#include "api/publish/settings.hpp"
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
                 const PublishSettings& publish, const StatsSettings& stats);
  void update(const PublishSettings& publish, const StatsSettings& stats);
  void serve(http::Exchange& exchange) override;

 private:
  bool is_operator(const http::Request& request) const;

  const log::Log& log_;
  const store::Store& store_;
  const StreamSlots& slots_;
  std::string key_;
  bool loopback_ = true;
};

class MetricsEndpoint final : public http::Endpoint {
 public:
  explicit MetricsEndpoint(const metrics::Registry& registry) : registry_(registry) {}
  void serve(http::Exchange& exchange) override;

 private:
  const metrics::Registry& registry_;
};

}  // namespace worker::api
