// LoopThread: the thread that serves a loop, for checks that calls meant for it come from it. Owned by the
// loop; usable from every thread.
#pragma once

#include <atomic>
#include <thread>

namespace worker::net {

class LoopThread {
 public:
  /// While it exists, the thread that made it serves the loop.
  class Scope {
   public:
    explicit Scope(LoopThread& thread) : thread_(thread) { thread_.id_ = std::this_thread::get_id(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { thread_.id_ = std::thread::id(); }

   private:
    LoopThread& thread_;
  };

  /// For what is used without a loop: no thread ever serves it.
  static const LoopThread& none();

  /// True on the thread that serves the loop, and on every thread while none does: before run() and after it.
  bool is_current() const {
    const auto id = id_.load();
    return id == std::this_thread::get_id() || id == std::thread::id();
  }
  /// Ends the process where is_current() is false. In release builds as well: it costs two loads, and what
  /// follows such a call is a data race.
  void assert_current() const {
    if (!is_current()) [[unlikely]]
      fail();
  }

 private:
  [[noreturn]] static void fail();

  std::atomic<std::thread::id> id_;
};

}  // namespace worker::net
