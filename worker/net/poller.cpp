#include "net/poller.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <span>
#include <system_error>

namespace worker::net {
namespace {

constexpr std::uint32_t edge_events = EPOLLIN | EPOLLRDHUP | EPOLLET;

epoll_event interest(std::uint32_t events, Watcher& watcher) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  return event;
}

// In milliseconds, rounded up: a timer must not be early, and one that is due in half a millisecond must not
// keep the loop busy until then.
int whole_milliseconds(base::Instant::duration timeout) {
  constexpr std::chrono::milliseconds longest = std::chrono::hours(24);
  return static_cast<int>(std::min(std::chrono::ceil<std::chrono::milliseconds>(timeout), longest).count());
}

// epoll_pwait2 has nanoseconds, where the kernel has it (5.11, and not in every sandbox).
int wait_for(int epoll, std::span<epoll_event> batch, std::optional<base::Instant::duration> timeout) {
  static std::atomic<bool> has_nanoseconds = true;
  const auto size = static_cast<int>(batch.size());
  if (!timeout) return ::epoll_wait(epoll, batch.data(), size, -1);
  if (*timeout <= base::Instant::duration::zero()) return ::epoll_wait(epoll, batch.data(), size, 0);
  if (has_nanoseconds.load(std::memory_order_relaxed)) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*timeout);
    const timespec time{.tv_sec = seconds.count(), .tv_nsec = (*timeout - seconds).count()};
    const int count = ::epoll_pwait2(epoll, batch.data(), size, &time, nullptr);
    if (count >= 0 || errno != ENOSYS) return count;
    has_nanoseconds.store(false, std::memory_order_relaxed);
  }
  return ::epoll_wait(epoll, batch.data(), size, whole_milliseconds(*timeout));
}

}  // namespace

Poller::Poller(const LoopThread& thread) : thread_(thread), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

bool Poller::add(int fd, Watcher& watcher, Trigger trigger) {
  thread_.assert_current();
  auto event = interest(trigger == Trigger::edge ? edge_events : std::uint32_t{EPOLLIN}, watcher);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Poller::want_writable(int fd, Watcher& watcher, bool wanted) {
  thread_.assert_current();
  auto event = interest(wanted ? edge_events | EPOLLOUT : edge_events, watcher);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Poller::remove(int fd, Watcher& watcher) {
  thread_.assert_current();
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  for (auto i = next_; i < count_; ++i) {
    if (batch_[i].data.ptr == &watcher) batch_[i].data.ptr = nullptr;
  }
}

bool Poller::wait(std::optional<base::Instant::duration> timeout) {
  thread_.assert_current();
  if (has_batch()) return true;
  const int count = wait_for(epoll_.get(), batch_, timeout);
  next_ = 0;
  count_ = static_cast<std::size_t>(std::max(count, 0));
  return has_batch();
}

void Poller::dispatch(const Turn& turn) {
  thread_.assert_current();
  while (has_batch()) {
    const auto& event = batch_[next_++];
    if (event.data.ptr == nullptr) continue;
    static_cast<Watcher*>(event.data.ptr)
        ->on_ready({.readable = (event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0,
                    .writable = (event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0,
                    .hung_up = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0});
    if (turn.is_over()) break;
  }
}

}  // namespace worker::net
