// SideThread: one thread beside a loop, for work that would hold the loop and needs nothing of it. Owned by
// whoever has such work. The thread is there from the first work on; work that has not begun when this is
// destroyed is dropped.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "net/loop.hpp"

namespace worker::net {

class SideThread {
 public:
  explicit SideThread(Loop& loop) : loop_(loop) {}
  SideThread(const SideThread&) = delete;
  SideThread& operator=(const SideThread&) = delete;
  ~SideThread();

  /// From the loop's thread: calls `work` on the other one, in the order of the calls, and what that returns
  /// on the loop. Exceptions that escape it are bugs and end the process.
  void run(std::function<std::function<void()>()> work);

 private:
  void serve();

  Loop& loop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<std::function<std::function<void()>()>> waiting_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace worker::net
