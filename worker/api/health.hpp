// GET /healthz and GET /metrics: is this worker well, and what does it do.
#pragma once

#include "api/stream_slots.hpp"
#include "http/exchange.hpp"
#include "journal/journal.hpp"
#include "metrics/registry.hpp"

namespace worker::api {

/// 200 `{"status":"ok",…}`: the loop turns and answers, and the journal takes events. The figures beside it
/// are for people.
class HealthEndpoint final : public http::Endpoint {
 public:
  HealthEndpoint(const journal::Journal& journal, const StreamSlots& slots)
      : journal_(journal), slots_(slots) {}
  void serve(http::Exchange& exchange) override;

 private:
  const journal::Journal& journal_;
  const StreamSlots& slots_;
};

class MetricsEndpoint final : public http::Endpoint {
 public:
  explicit MetricsEndpoint(const metrics::Registry& registry) : registry_(registry) {}
  void serve(http::Exchange& exchange) override;

 private:
  const metrics::Registry& registry_;
};

}  // namespace worker::api
