#include "presence/metrics.hpp"

namespace worker::presence {

Metrics::Metrics(metrics::Registry& registry)
    : events(registry.counter("sse_worker_presence_events_total",
                              "Presence events (here, join, leave) that were stored.")),
      retries(
          registry.counter("sse_worker_presence_retries_total",
                           "Times that the store did not take presence events. They are made again with the "
                           "newest counts.")) {}

}  // namespace worker::presence
