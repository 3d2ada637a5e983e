#include "hooks/metrics.hpp"

namespace worker::hooks {

Metrics::Metrics(metrics::Registry& registry)
    : deliveries(registry.counter("sse_worker_hook_deliveries_total",
                                  "Deliveries of hooks that the receiver has accepted.")),
      failures(registry.counter("sse_worker_hook_failures_total",
                                "Attempts to deliver hooks that have failed. Each is repeated.")),
      events(registry.counter("sse_worker_hook_events_total",
                              "Events of hooks that the receiver has accepted.")),
      lost(registry.counter("sse_worker_hook_lost_events_total",
                            "Events `opened` and `closed` of hooks that were dropped: the queue was full, or "
                            "their delivery was given up.")) {}

}  // namespace worker::hooks
