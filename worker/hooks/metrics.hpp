// What is counted of hooks. References into the registry; usable from every thread.
#pragma once

#include "metrics/registry.hpp"

namespace worker::hooks {

struct Metrics {
  explicit Metrics(metrics::Registry& registry);

  metrics::Counter& deliveries;
  metrics::Counter& failures;
  metrics::Counter& events;
  metrics::Counter& lost;
};

}  // namespace worker::hooks
