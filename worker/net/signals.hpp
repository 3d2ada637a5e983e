// Signals: reports signals of the process to a loop. Owned by the Loop; one of them in a process at a time.
// Loop thread only, except for the signal handler, which may run on any thread and only writes to a pipe.
#pragma once

#include <csignal>
#include <functional>
#include <initializer_list>
#include <utility>
#include <vector>

#include "base/unique_fd.hpp"
#include "net/poller.hpp"

namespace worker::net {

class Signals final : private Watcher {
 public:
  /// Borrows the poller. Calls `handler` with the number of each signal, in the order in which they came.
  /// Throws std::system_error if the kernel gives no pipe (start-up only).
  Signals(Poller& poller, std::initializer_list<int> signals, std::function<void(int)> handler);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  /// The signals do again what they did before.
  ~Signals();

  /// Handles all that have come.
  void handle_all();

 private:
  void on_ready(Ready ready) override;

  Poller& poller_;
  base::UniqueFd read_end_;
  base::UniqueFd write_end_;
  const std::function<void(int)> handler_;
  std::vector<std::pair<int, struct sigaction>> before_;
};

}  // namespace worker::net
