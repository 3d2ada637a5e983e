// Timers: everything that one loop has to do later. A Timer is a member of the object that waits; arming it
// allocates nothing, and destroying it cancels it. Loop thread only. The clock is passed in, so that tests
// move time by hand.
#pragma once

#include <boost/intrusive/set.hpp>
#include <functional>
#include <optional>

#include "base/clock.hpp"
#include "net/loop_thread.hpp"
#include "net/turn.hpp"

namespace worker::net {

class Timers;

/// Never moves. `on_due` may arm it again, or destroy it. Must not outlive its Timers.
class Timer {
 public:
  Timer(Timers& timers, std::function<void()> on_due);
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { cancel(); }

  /// Fires once, in the first turn of the loop at or after `at`. Replaces an earlier time.
  void arm(base::Instant at);
  void arm_in(base::Instant::duration delay);
  void cancel();
  bool armed() const { return hook_.is_linked(); }
  base::Instant due() const { return due_; }

 private:
  friend class Timers;
  struct Earlier {
    bool operator()(const Timer& a, const Timer& b) const { return a.due_ < b.due_; }
  };
  // Unlinks itself from the queue that it is in; while timers fire, that is a local one.
  using Hook = boost::intrusive::set_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>,
                                                 boost::intrusive::optimize_size<true>>;

  Hook hook_;
  base::Instant due_;
  Timers& timers_;
  std::function<void()> on_due_;
};

class Timers {
 public:
  explicit Timers(const base::Clock& clock, const LoopThread& thread = LoopThread::none())
      : clock_(clock), thread_(thread), turn_(clock) {}
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  base::Instant now() const { return clock_.now(); }
  base::WallTime wall() const { return clock_.wall(); }
  /// The loop's current turn. The loop and fire_due() begin it.
  Turn& turn() { return turn_; }
  /// When the earliest armed timer is due.
  std::optional<base::Instant> next() const;
  /// Fires the timers that are due at the time of the call, earliest first. A timer that a callback arms for
  /// now waits for the next call, so that it cannot block the loop by arming itself again; so do timers that
  /// are still due when the turn is over.
  void fire_due();

 private:
  friend class Timer;
  using Queue =
      boost::intrusive::multiset<Timer, boost::intrusive::member_hook<Timer, Timer::Hook, &Timer::hook_>,
                                 boost::intrusive::compare<Timer::Earlier>,
                                 boost::intrusive::constant_time_size<false>>;

  const base::Clock& clock_;
  const LoopThread& thread_;
  Turn turn_;
  Queue queue_;
};

inline void Timer::cancel() {
  timers_.thread_.assert_current();
  hook_.unlink();
}

}  // namespace worker::net
