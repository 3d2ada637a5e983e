#include "hub/metrics.hpp"

#include <fmt/format.h>

namespace worker::hub {
namespace {

metrics::Counter& cursor_waits(metrics::Registry& registry, std::string_view end) {
  return registry.counter("sse_worker_cursor_waits_total",
                          "Readers whose cursor this worker did not know yet, by how their wait ended.",
                          fmt::format("end=\"{}\"", end));
}

}  // namespace

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
                            "Readers told that events they missed are not held any more.")),
      cursor_waits_done(cursor_waits(registry, "known")),
      cursor_waits_failed(cursor_waits(registry, "unknown")),
      cursor_waits_refused(cursor_waits(registry, "too_many")) {}

}  // namespace worker::hub
