// RecentRefusals: how many readers were turned away lately. Usable from every thread; only those who are
// turned away come here.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>

#include "base/clock.hpp"

namespace worker::api {

class RecentRefusals {
 public:
  static constexpr std::chrono::seconds window{10};

  /// One more. Those of this window of 10 s and of the one before it, with this one.
  std::size_t add(base::Instant now) {
    const std::lock_guard lock(mutex_);
    if (now >= begun_ + window) {
      before_ = now < begun_ + 2 * window ? current_ : 0;
      current_ = 0;
      begun_ = now;
    }
    return before_ + ++current_;
  }

 private:
  std::mutex mutex_;
  // Guarded by mutex_.
  base::Instant begun_{};
  std::size_t before_ = 0;
  std::size_t current_ = 0;
};

}  // namespace worker::api
