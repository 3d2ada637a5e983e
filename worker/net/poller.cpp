#include "net/poller.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
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

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

bool Poller::add(int fd, Watcher& watcher, Trigger trigger) {
  auto event = interest(trigger == Trigger::edge ? edge_events : std::uint32_t{EPOLLIN}, watcher);
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Poller::want_writable(int fd, Watcher& watcher, bool wanted) {
  auto event = interest(wanted ? edge_events | EPOLLOUT : edge_events, watcher);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Poller::remove(int fd) { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

void Poller::dispatch(const Turn& turn) {
  // Few at a time: what the kernel has reported has to be told, however long that takes.
  std::array<epoll_event, 4> events;
  constexpr int batch = 256;
  for (int told = 0; told < batch;) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      static_cast<Watcher*>(event.data.ptr)
          ->on_ready({.readable = (event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0,
                      .writable = (event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0,
                      .hung_up = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0});
    }
    told += std::max(count, 0);
    if (count < static_cast<int>(events.size()) || turn.is_over()) return;
  }
}

}  // namespace worker::net
