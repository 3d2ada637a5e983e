// Metrics: what all rooms count. Registered once, by Services, for all reactors; usable from every thread.
#pragma once

#include "api/access/metrics.hpp"
#include "api/publish/metrics.hpp"
#include "api/stream/metrics.hpp"
#include "fcgi/metrics.hpp"
#include "hooks/metrics.hpp"
#include "hub/metrics.hpp"
#include "metrics/limits.hpp"
#include "metrics/registry.hpp"
#include "presence/metrics.hpp"

namespace worker::app {

/// Of the loops. In microseconds.
struct LoopMetrics {
  /// Before each render() the longest turn is set to 0; then each reactor raises it to its own longest turn.
  explicit LoopMetrics(metrics::Registry& registry);

  metrics::Histogram& lag;
  metrics::Histogram& turns;
  metrics::Gauge& longest_turn;
};

struct Metrics {
  explicit Metrics(metrics::Registry& registry)
      : fcgi(registry),
        hub(registry),
        publish(registry),
        access(registry),
        streams(registry),
        presence(registry),
        hooks(registry),
        loop(registry),
        limits(registry) {}

  fcgi::Metrics fcgi;
  hub::Metrics hub;
  api::PublishMetrics publish;
  api::AccessMetrics access;
  api::StreamMetrics streams;
  presence::Metrics presence;
  hooks::Metrics hooks;
  LoopMetrics loop;
  metrics::Limits limits;
};

}  // namespace worker::app
