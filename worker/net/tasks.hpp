// Tasks: what other threads, and the loop itself, have posted to a loop. Owned by the Loop. add() and wake()
// may be called from every thread, the rest by the loop.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

#include "base/unique_fd.hpp"
#include "net/poller.hpp"

namespace worker::net {

class Tasks final : private Watcher {
 public:
  /// Borrows the poller, which wake() ends the wait of. Throws std::system_error if the kernel gives no
  /// descriptor (start-up only).
  explicit Tasks(Poller& poller);

  /// True if there was no task before: then a loop that may be waiting needs wake().
  bool add(std::function<void()> task);
  void wake() const;

  bool empty() const { return size() == 0; }
  std::size_t size() const;
  /// The oldest one. There must be one.
  std::function<void()> take();

 private:
  void on_ready(Ready /*ready*/) override {}

  const base::UniqueFd event_;
  mutable std::mutex mutex_;
  std::deque<std::function<void()>> queue_;
};

}  // namespace worker::net
