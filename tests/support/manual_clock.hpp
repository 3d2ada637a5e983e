// ManualClock: time that stands still until a test moves it. Readable from every thread.
#pragma once

#include <atomic>
#include <chrono>

#include "base/clock.hpp"

namespace worker::support {

class ManualClock final : public base::Clock {
 public:
  base::Instant now() const noexcept override { return now_; }
  base::WallTime wall() const noexcept override { return wall_; }

  void advance(std::chrono::milliseconds by) {
    now_ = now_.load() + by;
    wall_ = wall_.load() + by;
  }
  void set_wall(base::WallTime wall) { wall_ = wall; }

 private:
  // A century ahead of the machine: the real alarm that a loop sets for one of these moments never rings.
  std::atomic<base::Instant> now_{base::Instant(std::chrono::hours(24 * 365 * 100))};
  /// 2026-11-22T07:20:00.123Z
  std::atomic<base::WallTime> wall_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) +
                                    std::chrono::hours(7) + std::chrono::minutes(20) +
                                    std::chrono::milliseconds(123)};
};

}  // namespace worker::support
