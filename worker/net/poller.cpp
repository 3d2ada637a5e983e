#include "net/poller.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
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

bool Poller::dispatch(const Turn& turn) {
  thread_.assert_current();
  if (next_ == count_) {
    const int count = ::epoll_wait(epoll_.get(), batch_.data(), static_cast<int>(batch_.size()), 0);
    next_ = 0;
    count_ = static_cast<std::size_t>(std::max(count, 0));
  }
  while (next_ < count_) {
    const auto& event = batch_[next_++];
    if (event.data.ptr == nullptr) continue;
    static_cast<Watcher*>(event.data.ptr)
        ->on_ready({.readable = (event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0,
                    .writable = (event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0,
                    .hung_up = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0});
    if (turn.is_over()) break;
  }
  return next_ < count_;
}

}  // namespace worker::net
