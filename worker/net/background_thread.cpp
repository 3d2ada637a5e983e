#include "net/background_thread.hpp"

#include <utility>

#include "base/signals.hpp"

namespace worker::net {

BackgroundThread::~BackgroundThread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void BackgroundThread::run(std::function<std::function<void()>()> work) {
  loop_.assert_on_thread();
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
    changed_.notify_one();
  }
  if (!thread_.joinable()) thread_ = std::thread([this] { serve(); });
}

void BackgroundThread::serve() {
  base::block_signals();  // they are for the loops
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
    if (ending_) return;
    const auto work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    loop_.post(work());
    lock.lock();
  }
}

}  // namespace worker::net
