#include "hub/metrics.hpp"

namespace worker::hub {

Metrics::Metrics(metrics::Registry& registry)
    : readers(registry.gauge("sse_worker_readers", "Readers subscribed now, long polls among them.")),
      cohorts(registry.gauge("sse_worker_cohorts", "Groups of readers who asked for the same.")),
      flushes(
          registry.counter("sse_worker_flushes_total", "Rounds in which waiting events went to readers.")),
      events_per_flush(registry.histogram("sse_worker_events_per_flush", "Events a cohort got in one flush.",
                                          {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10'000})),
      delivered_events(registry.counter("sse_worker_delivered_events_total",
                                        "Events handed to readers, once for each reader.")),
      delivered_bytes(registry.counter("sse_worker_delivered_bytes_total", "The same in bytes.")),
      replayed_events(registry.counter("sse_worker_replayed_events_total",
                                       "Events that readers got from the history rather than live.")),
      conflated_events(registry.counter("sse_worker_conflated_events_total",
                                        "Superseded values that slow readers skipped on conflating topics.")),
      gaps(registry.counter("sse_worker_gaps_total",
                            "Readers told that events they missed are not held any more.")) {}

}  // namespace worker::hub
