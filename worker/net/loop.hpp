// Loop: one thread's event loop with its sockets, timers, signals and posted tasks. Everything a loop owns is
// used only on the thread that is in run(); post() is the only call for other threads. Exceptions that escape
// a callback are bugs and leave through run().
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>

#include "net/loop_thread.hpp"
#include "net/poller.hpp"
#include "net/signals.hpp"
#include "net/tasks.hpp"
#include "net/timer.hpp"

namespace worker::net {

class Loop {
 public:
  explicit Loop(const base::Clock& clock);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Serves on the calling thread until stop().
  void run();
  /// One turn without waiting: the timers that are due, one batch of ready sockets, then the posted tasks.
  /// For tests, which have no thread in run().
  void run_ready();
  /// Once run() has returned, and no thread is in it: handles the signals that have come and runs the tasks
  /// that were posted until now.
  void run_rest();
  /// Calls `on_turn` after each turn with how long it took. Before run().
  void on_turn(std::function<void(base::Instant::duration)> on_turn) { on_turn_ = std::move(on_turn); }
  /// From the loop's thread: run() returns after the current turn.
  void stop();
  /// From any thread: runs `task` on the loop, in a turn of its own.
  void post(std::function<void()> task);
  /// Calls `handler` on the loop each time one of the signals arrives. Before run(), on one loop of the
  /// process.
  void on_signals(std::initializer_list<int> signals, std::function<void(int)> handler);

  Poller& poller() { return poller_; }
  Timers& timers() { return timers_; }
  /// True once the turn has taken Turn::share: what is left should wait for the next turn.
  bool turn_is_over() { return timers_.turn().is_over(); }
  /// True on the thread that is in run(), and while no thread is.
  bool on_thread() const { return thread_.is_current(); }
  /// For calls that only the loop's thread may make: ends the process where on_thread() is false.
  void assert_on_thread() const { thread_.assert_current(); }

 private:
  template <class Work>
  void take_turn(const Work& work) {
    timers_.turn().begin();
    work();
    if (on_turn_) on_turn_(timers_.turn().taken());
  }
  std::optional<base::Instant::duration> time_to_wait() const;
  void fire_timers();
  void run_tasks();

  LoopThread thread_;
  Poller poller_;
  Timers timers_;
  Tasks tasks_;
  std::optional<Signals> signals_;
  bool stopped_ = false;
  std::function<void(base::Instant::duration)> on_turn_;
};

}  // namespace worker::net
