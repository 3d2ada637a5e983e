// Clock: where time comes from. Passed into whatever needs the time, so that tests move it by hand.
// Implementations may be called from every thread.
#pragma once

#include <chrono>

namespace worker::base {

using Instant = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;

  /// For intervals and deadlines: never jumps.
  virtual Instant now() const noexcept = 0;
  /// For people: may jump when somebody sets the machine's clock.
  virtual WallTime wall() const noexcept = 0;
};

inline std::chrono::milliseconds unix_time(const Clock& clock) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall().time_since_epoch());
}

class SystemClock final : public Clock {
 public:
  Instant now() const noexcept override { return std::chrono::steady_clock::now(); }
  WallTime wall() const noexcept override { return std::chrono::system_clock::now(); }
};

}  // namespace worker::base
