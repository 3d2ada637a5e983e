#include "metrics/limits.hpp"

#include <fmt/format.h>

namespace worker::metrics {

Limits::Limits(Registry& registry) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    counters_[i] = &registry.counter(
        "sse_worker_limit_reached_total",
        "Requests, streams or events refused or ended by a configured limit, by configuration key.",
        fmt::format("key=\"{}\"", keys[i]));
  }
}

std::uint64_t Limits::total() const {
  std::uint64_t total = 0;
  for (const auto* counter : counters_) total += counter->value();
  return total;
}

}  // namespace worker::metrics
