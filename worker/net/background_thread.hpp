// BackgroundThread: one thread beside a loop, for work that would block the loop and uses nothing of it.
// Owned by the object that has such work. The thread starts with the first task; the destructor drops tasks
// that have not begun.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "net/loop.hpp"

namespace worker::net {

class BackgroundThread {
 public:
  explicit BackgroundThread(Loop& loop) : loop_(loop) {}
  BackgroundThread(const BackgroundThread&) = delete;
  BackgroundThread& operator=(const BackgroundThread&) = delete;
  ~BackgroundThread();

  /// Loop thread only. Calls `work` on the background thread, in the order of the calls, and then, on the
  /// loop's thread, the function that `work` returned. Exceptions that escape `work` are bugs and end the
  /// process.
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
