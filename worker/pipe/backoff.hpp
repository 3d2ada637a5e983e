// Backoff: how long to wait before the next attempt. Each attempt in vain doubles the longest wait; the wait
// itself is random, so that many programs do not come back at once. One thread.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/random.hpp"

namespace worker::pipe {

class Backoff {
 public:
  static constexpr std::chrono::milliseconds least{500};
  static constexpr std::chrono::milliseconds most{10'000};

  explicit Backoff(base::Random& random) : random_(random) {}

  std::chrono::milliseconds next() {
    const auto wait = random_.between(least, longest_);
    longest_ = std::min(2 * longest_, most);
    return wait;
  }
  /// An attempt has succeeded.
  void reset() { longest_ = 2 * least; }

 private:
  base::Random& random_;
  std::chrono::milliseconds longest_ = 2 * least;
};

}  // namespace worker::pipe
