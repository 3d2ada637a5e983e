// Reactors: all reactors of the process, each on a thread of its own; the first runs on the thread of run(),
// which hears the signals. Every call is for that thread, but for stop().
#pragma once

#include <deque>
#include <functional>

#include "app/reactor.hpp"

namespace worker::app {

class Reactors {
 public:
  /// As many as config.loops.
  Reactors(const config::Config& config, Services& services);

  /// Serves until all are stopped; returns the exit status. If one fails, all end: its streams are lost, and
  /// a new process can serve every subscriber again.
  int run(base::Logger& logger);
  /// Takes over what may change while serving.
  void update(const config::Config& config);
  /// Stops accepting, and ends all streams over the configured time. `none_accepts` is called once no reactor
  /// accepts any more, on the thread of the last one.
  void drain(std::function<void()> none_accepts);
  /// See Reactor::settle(). `settled` is called on the thread of the last one.
  void settle(const std::function<void()>& settled);
  void stop();
  net::Loop& first_loop() { return reactors_.front().loop(); }
  std::deque<Reactor>& all() { return reactors_; }

 private:
  std::deque<Reactor> reactors_;  // a reactor never moves
};

}  // namespace worker::app
