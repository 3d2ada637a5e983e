// GET /healthz and GET /metrics: is this worker well, and what does it do.
#pragma once

#include "api/settings.hpp"
#include "api/stream_slots.hpp"
#include "http/exchange.hpp"
#include "journal/journal.hpp"
#include "metrics/registry.hpp"

namespace worker::api {

/// 200 `{"status":"ok","journal":{"status":"ok"}}`: the loop turns and answers, and the journal takes events;
/// else 503 with `unwell` and `unavailable`. The operator also gets figures, and the reason with its paths
/// and addresses: who asks from this machine, unless `stats.readers` is `nobody`, and who has the publish
/// key. Loop only.
class HealthEndpoint final : public http::Endpoint {
 public:
  HealthEndpoint(const journal::Journal& journal, const StreamSlots& slots, const PublishSettings& publish,
                 const StatsSettings& stats);
  void update(const PublishSettings& publish, const StatsSettings& stats);
  void serve(http::Exchange& exchange) override;

 private:
  bool is_operator(const http::Request& request) const;

  const journal::Journal& journal_;
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
