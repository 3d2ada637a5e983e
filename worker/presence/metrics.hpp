// What is counted of presence. References into the registry; usable from every thread.
#pragma once

#include "metrics/registry.hpp"

namespace worker::presence {

struct Metrics {
  explicit Metrics(metrics::Registry& registry);

  metrics::Counter& events;
  metrics::Counter& retries;
};

}  // namespace worker::presence
