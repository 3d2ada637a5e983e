#include "fcgi/metrics.hpp"

#include <fmt/format.h>

namespace worker::fcgi {

Metrics::Metrics(metrics::Registry& registry)
    : connections(registry.gauge("sse_worker_connections", "FastCGI connections open now.")),
      streams(registry.gauge("sse_worker_streams", "Answers being produced over time, open now.")),
      accepted(registry.counter("sse_worker_connections_total", "FastCGI connections accepted.")),
      accept_pauses(registry.counter("sse_worker_accept_pauses_total",
                                     "Times accepting paused because descriptors or memory ran out.")),
      stream_opens(registry.counter("sse_worker_stream_opens_total", "Streams opened.")),
      sent_bytes(registry.counter("sse_worker_sent_bytes_total", "Bytes handed to the web server.")),
      outbox_high_water(registry.gauge("sse_worker_outbox_high_water_bytes",
                                       "The most that ever waited for one connection's socket.")),
      slow_closes(registry.counter("sse_worker_slow_closes_total",
                                   "Connections closed because the reader took nothing of what waited for "
                                   "it for streams.stall_seconds.")),
      limits(registry) {
  for (std::size_t i = 0; i < refusal_names.size(); ++i) {
    refused[i] = &registry.counter("sse_worker_refused_connections_total",
                                   "FastCGI peers closed without being served, by reason.",
                                   fmt::format("reason=\"{}\"", refusal_names[i]));
  }
  for (std::size_t i = 0; i < ending_names.size(); ++i) {
    stream_closes[i] = &registry.counter("sse_worker_stream_closes_total", "Streams ended, by reason.",
                                         fmt::format("reason=\"{}\"", ending_names[i]));
  }
}

}  // namespace worker::fcgi
