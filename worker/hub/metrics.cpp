#include "hub/metrics.hpp"

#include <fmt/format.h>

namespace worker::hub {
namespace {

metrics::Counter& cursor_waits(metrics::Registry& registry, std::string_view end) {
  return registry.counter(
      "sse_worker_cursor_waits_total",
      "Subscribers that waited because their cursor was not known to this worker yet, by outcome.",
      fmt::format("end=\"{}\"", end));
}

}  // namespace

Metrics::Metrics(metrics::Registry& registry)
    : subscribers(registry.gauge("sse_worker_subscribers", "Open subscriptions, long polls included.")),
      cohorts(registry.gauge("sse_worker_cohorts", "Groups of subscribers with the same subscription.")),
      flushes(registry.counter("sse_worker_flushes_total",
                               "Rounds in which queued events were sent to subscribers.")),
      events_per_flush(registry.histogram("sse_worker_events_per_flush",
                                          "Events sent to one cohort in one flush.",
                                          {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10'000})),
      delivery_time(registry.histogram(
          "sse_worker_delivery_seconds",
          "Time from the append of an event until a flush has written it to the sockets of its live "
          "subscribers, counted for each write to a socket, by the oldest event in it.",
          {100, 250, 500, 1000, 2500, 5000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000,
           2'500'000, 10'000'000},
          1e-6)),
      delivered_events(
          registry.counter("sse_worker_delivered_events_total",
                           "Events delivered to subscribers, counted once for each subscriber.")),
      delivered_bytes(
          registry.counter("sse_worker_delivered_bytes_total", "Bytes of events delivered to subscribers.")),
      replayed_events(registry.counter("sse_worker_replayed_events_total",
                                       "Events delivered from the history instead of live.")),
      conflated_events(
          registry.counter("sse_worker_conflated_events_total",
                           "Superseded values that slow subscribers did not get, on topics that conflate.")),
      gaps(registry.counter("sse_worker_gaps_total",
                            "Gap events sent: the subscriber missed events that are no longer retained.")),
      cursor_waits_done(cursor_waits(registry, "known")),
      cursor_waits_failed(cursor_waits(registry, "unknown")),
      cursor_waits_refused(cursor_waits(registry, "too_many")) {}

}  // namespace worker::hub
