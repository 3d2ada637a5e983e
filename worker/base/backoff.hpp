// Backoff: how long to wait before the next attempt. Each attempt in vain doubles the longest wait; the wait
// itself is random, so that many programs do not come back at once. One thread.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/random.hpp"

namespace worker::base {

class Backoff {
 public:
  static constexpr std::chrono::milliseconds least{500};

  /// `most`: the longest wait that there is.
  explicit Backoff(Random& random, std::chrono::milliseconds most = std::chrono::milliseconds(10'000))
      : random_(random), most_(most) {}

  std::chrono::milliseconds next() {
    const auto wait = random_.between(least, longest_);
    longest_ = std::min(2 * longest_, most_);
    return wait;
  }
  /// An attempt has succeeded.
  void reset() { longest_ = 2 * least; }

 private:
  Random& random_;
  const std::chrono::milliseconds most_;
  std::chrono::milliseconds longest_ = 2 * least;
};

}  // namespace worker::base
