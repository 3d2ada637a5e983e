#include "api/stream/metrics.hpp"

#include <fmt/format.h>

namespace worker::api {

StreamMetrics::StreamMetrics(metrics::Registry& registry)
    : unread_bytes(registry.gauge("sse_worker_unread_bytes",
                                  "Bytes in the sockets of streams and long polls that the web server has "
                                  "not read, as the kernel counts them, with its bookkeeping.")) {
  for (std::size_t i = 0; i < stream_ages.size(); ++i) {
    by_age[i] =
        &registry.gauge("sse_worker_streams_by_age",
                        "Open streams of topics and long polls by their age, each in one class of age.",
                        fmt::format("age=\"{}\"", stream_ages[i].name));
  }
}

}  // namespace worker::api
