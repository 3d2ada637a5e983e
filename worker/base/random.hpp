// Random: the source of jitter. Not for secrets. One per thread; seeded from outside, so that tests repeat.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace worker::base {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Evenly from [from, to]; `from` where `to` is not above it.
  std::chrono::milliseconds between(std::chrono::milliseconds from, std::chrono::milliseconds to) {
    if (to <= from) return from;
    return std::chrono::milliseconds(
        std::uniform_int_distribution<std::chrono::milliseconds::rep>(from.count(), to.count())(engine_));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace worker::base
