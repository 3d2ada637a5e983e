#include "net/tasks.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cassert>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace worker::net {

Tasks::Tasks(Poller& poller) : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_ || !poller.add(event_.get(), *this, Poller::Trigger::edge))
    throw std::system_error(errno, std::generic_category(), "eventfd");
}

bool Tasks::add(std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(task));
  return queue_.size() == 1;
}

// The counter is never read: each write is an edge, and 2^64 of them do not happen.
void Tasks::wake() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
  assert(written == sizeof one);
}

std::size_t Tasks::size() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

std::function<void()> Tasks::take() {
  const std::lock_guard lock(mutex_);
  auto task = std::move(queue_.front());
  queue_.pop_front();
  return task;
}

}  // namespace worker::net
