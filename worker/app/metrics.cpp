#include "app/metrics.hpp"

namespace worker::app {

LoopMetrics::LoopMetrics(metrics::Registry& registry)
    : lag(registry.histogram(
          "sse_worker_loop_lag_seconds", "How late the timers of an event loop fire.",
          {50, 100, 250, 500, 1000, 2500, 5000, 10'000, 25'000, 50'000, 100'000, 1'000'000}, 1e-6)),
      turns(registry.histogram("sse_worker_loop_turn_seconds", "Duration of one turn of an event loop.",
                               {100, 500, 1000, 2000, 5000, 10'000, 25'000, 50'000, 100'000, 1'000'000},
                               1e-6)),
      longest_turn(registry.gauge("sse_worker_loop_turn_seconds_max",
                                  "Longest turn of an event loop since the previous scrape.", {}, 1e-6)) {
  registry.on_render([this] { longest_turn.set(0); });
}

}  // namespace worker::app
