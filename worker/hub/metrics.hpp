// What the fan-out counts. References into the registry, taken once at start-up; usable from every thread.
#pragma once

#include "metrics/registry.hpp"

namespace worker::hub {

struct Metrics {
  explicit Metrics(metrics::Registry& registry);

  metrics::Gauge& subscribers;
  metrics::Gauge& cohorts;
  metrics::Counter& flushes;
  metrics::Histogram& events_per_flush;
  metrics::Histogram& delivery_time;  // microseconds
  metrics::Counter& delivered_events;
  metrics::Counter& delivered_bytes;
  metrics::Counter& replayed_events;
  metrics::Counter& conflated_events;
  metrics::Counter& gaps;
  metrics::Counter& cursor_waits_done;
  metrics::Counter& cursor_waits_failed;
  metrics::Counter& cursor_waits_refused;
};

}  // namespace worker::hub
