// GET /healthz and GET /metrics: is this worker well, and what does it do.
#pragma once

#include "http/exchange.hpp"
#include "metrics/registry.hpp"

namespace worker::api {

/// 200 `{"status":"ok"}`: the loop turns and answers.
class HealthEndpoint final : public http::Endpoint {
 public:
  void serve(http::Exchange& exchange) override;
};

class MetricsEndpoint final : public http::Endpoint {
 public:
  explicit MetricsEndpoint(const metrics::Registry& registry) : registry_(registry) {}
  void serve(http::Exchange& exchange) override;

 private:
  const metrics::Registry& registry_;
};

}  // namespace worker::api
