#include "fcgi/metrics.hpp"

#include <fmt/format.h>

namespace worker::fcgi {

Metrics::Metrics(metrics::Registry& registry)
    : connections(registry.gauge("sse_worker_connections", "Open FastCGI connections.")),
      streams(registry.gauge("sse_worker_streams", "Open event streams and long polls.")),
      accepted(registry.counter("sse_worker_connections_total", "FastCGI connections accepted.")),
      accept_pauses(
          registry.counter("sse_worker_accept_pauses_total",
                           "Times accepting connections paused because descriptors or memory ran out.")),
      stream_opens(registry.counter("sse_worker_stream_opens_total", "Streams opened.")),
      sent_bytes(registry.counter("sse_worker_sent_bytes_total", "Bytes sent to the web server.")),
      outbox_bytes(registry.gauge("sse_worker_outbox_bytes",
                                  "Bytes that wait in the worker because sockets are full. Events that wait "
                                  "for several connections count for each, but are in memory once.")),
      outboxes(registry.gauge("sse_worker_outbox_connections",
                              "Connections for which bytes wait in the worker because their socket is "
                              "full, or for some milliseconds at the beginning of a long stream.")),
      outbox_high_water(registry.gauge("sse_worker_outbox_high_water_bytes",
                                       "Largest outbox of any connection since the start, in bytes.")),
      stalled_closes(registry.counter("sse_worker_stalled_closes_total",
                                      "Connections closed because the client read nothing for "
                                      "streams.stall_seconds while data was queued.")),
      limits(registry) {
  for (std::size_t i = 0; i < refusal_names.size(); ++i) {
    refused[i] = &registry.counter("sse_worker_refused_connections_total",
                                   "FastCGI connections closed without an answer, by reason.",
                                   fmt::format("reason=\"{}\"", refusal_names[i]));
  }
  for (std::size_t i = 0; i < ending_names.size(); ++i) {
    stream_closes[i] = &registry.counter("sse_worker_stream_closes_total", "Streams ended, by reason.",
                                         fmt::format("reason=\"{}\"", ending_names[i]));
  }
}

}  // namespace worker::fcgi
