// What is told of the open streams. References into the registry, taken once at start-up; usable from every
// thread.
#pragma once

#include <array>
#include <chrono>
#include <string_view>

#include "base/clock.hpp"
#include "metrics/registry.hpp"

namespace worker::api {

/// Streams and long polls that are younger than `under`, and older than the age before it.
struct StreamAge {
  std::string_view name;
  base::Instant::duration under;
};

/// The last one has no bound.
inline constexpr std::array<StreamAge, 5> stream_ages = {{{"under_1m", std::chrono::minutes(1)},
                                                          {"under_10m", std::chrono::minutes(10)},
                                                          {"under_1h", std::chrono::hours(1)},
                                                          {"under_1d", std::chrono::hours(24)},
                                                          {"over_1d", base::Instant::duration::max()}}};

struct StreamMetrics {
  explicit StreamMetrics(metrics::Registry& registry);

  std::array<metrics::Gauge*, stream_ages.size()> by_age;
  metrics::Gauge& unread_bytes;
};

}  // namespace worker::api
