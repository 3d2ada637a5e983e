// Turn: how long a loop has been busy without looking at its sockets and timers. Code that works through many
// items (the subscribers of an event, closed connections) checks it on the way and leaves the rest for the
// next turn, so that no connection waits long for another. Loop thread only.
#pragma once

#include <chrono>

#include "base/clock.hpp"

namespace worker::net {

class Turn {
 public:
  /// After this time no further item is begun. Items that have begun are finished, so a turn may take longer.
  static constexpr std::chrono::milliseconds share{2};

  explicit Turn(const base::Clock& clock) : clock_(clock) {}

  void begin() { begun_ = clock_.now(); }
  base::Instant::duration taken() const { return clock_.now() - begun_; }
  bool is_over() const { return is_over(clock_.now()); }
  /// The same for a caller that knows the time.
  bool is_over(base::Instant now) const { return now - begun_ >= share; }

 private:
  const base::Clock& clock_;
  base::Instant begun_ = clock_.now();
};

}  // namespace worker::net
