// PublishMetrics: what is counted of publishes. References into the registry, which outlives it; usable from
// every thread.
#pragma once

#include "api/publish/draft_parser.hpp"
#include "metrics/limits.hpp"
#include "metrics/registry.hpp"

namespace worker::api {

struct PublishMetrics {
  explicit PublishMetrics(metrics::Registry& registry);

  metrics::Counter& events;
  metrics::Counter& bytes;
  metrics::Counter& rejected;
  metrics::Gauge& streams;
  metrics::Histogram& latency;
  metrics::Limits limits;

  /// An event was refused.
  void count(const DraftError& error);
};

}  // namespace worker::api
