// Histogram: how long things took, in fixed memory (57 KiB) and a few nanoseconds per value. Log-linear:
// every power of two is cut into 128 equal parts, so a quantile is at most 0.8 % too high; the least, the
// greatest and the mean are exact. A plain value: copy it, merge it.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace sse::bench {

class Histogram {
 public:
  using Duration = std::chrono::nanoseconds;

  /// Negative durations count as zero.
  void record(Duration duration) noexcept {
    const auto value = static_cast<std::uint64_t>(std::max<Duration::rep>(duration.count(), 0));
    ++counts_[index_of(value)];
    ++count_;
    sum_ += value;
    least_ = std::min(least_, value);
    greatest_ = std::max(greatest_, value);
  }

  void merge(const Histogram& other) noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    least_ = std::min(least_, other.least_);
    greatest_ = std::max(greatest_, other.greatest_);
  }

  std::uint64_t count() const noexcept { return count_; }
  Duration min() const noexcept { return Duration(count_ == 0 ? 0 : least_); }
  Duration max() const noexcept { return Duration(greatest_); }
  Duration mean() const noexcept { return Duration(count_ == 0 ? 0 : sum_ / count_); }

  /// The duration that a share of `quantile` (0 to 1) does not exceed; zero when nothing was recorded.
  Duration quantile(double quantile) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(count_)));
    const std::uint64_t rank = std::clamp<std::uint64_t>(wanted, 1, std::max<std::uint64_t>(count_, 1));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += counts_[i];
      if (seen >= rank) return Duration(std::clamp(upper_end_of(i), least_, greatest_));
    }
    return Duration(0);
  }

 private:
  static constexpr unsigned part_bits = 7;
  static constexpr std::uint64_t parts = 1U << part_bits;

  // Values below 128 have a cell each; above, `shift` low bits are dropped and the highest bit is implied.
  static constexpr std::size_t index_of(std::uint64_t value) noexcept {
    if (value < parts) return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - part_bits - 1;
    return static_cast<std::size_t>((shift + 1) * parts + (value >> shift) - parts);
  }
  static constexpr std::uint64_t upper_end_of(std::size_t index) noexcept {
    if (index < parts) return index;
    const std::uint64_t shift = index / parts - 1;
    return ((index % parts + parts + 1) << shift) - 1;
  }

  // Durations are below 2^63 ns, so 56 doublings follow the first 128 cells.
  std::array<std::uint64_t, parts * 57> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t least_ = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t greatest_ = 0;
};

}  // namespace sse::bench
