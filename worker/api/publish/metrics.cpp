#include "api/publish/metrics.hpp"

namespace worker::api {

PublishMetrics::PublishMetrics(metrics::Registry& registry)
    : events(registry.counter("sse_worker_published_events_total", "Events appended to the log.")),
      bytes(registry.counter("sse_worker_published_bytes_total", "Bytes of publish request bodies.")),
      rejected(registry.counter("sse_worker_rejected_events_total", "Events rejected.")),
      streams(registry.gauge("sse_worker_publish_streams", "Open publish streams.")),
      latency(registry.histogram(
          "sse_worker_publish_seconds",
          "Time from a complete publish request until the store has its events.",
          {50, 100, 250, 500, 1000, 2500, 5000, 10'000, 25'000, 50'000, 100'000, 1'000'000}, 1e-6)),
      limits(registry) {}

void PublishMetrics::count(const DraftError& error) {
  rejected.add();
  if (error.limit) limits.count(*error.limit);
}

}  // namespace worker::api
