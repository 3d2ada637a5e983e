// Spread: what a histogram held at one moment, or between two. A value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace worker::metrics {

struct HistogramSnapshot {
  /// Upper bounds, ascending; what lies over the last is counted behind it.
  std::vector<std::uint64_t> bounds;
  /// One per bound, and one for what lies over them.
  std::vector<std::uint64_t> counts;
  std::uint64_t sum = 0;

  std::uint64_t count() const;
  /// What came since `before`, which is of the same histogram, or empty.
  HistogramSnapshot since(const HistogramSnapshot& before) const;
  /// None where nothing was observed.
  std::optional<double> mean() const;
  /// The value that `part` (0 to 1) of all lie at or below, evenly within its bucket as Prometheus'
  /// histogram_quantile() has it; the last bound where it lies over that. None where nothing was observed.
  std::optional<double> quantile(double part) const;
};

}  // namespace worker::metrics
