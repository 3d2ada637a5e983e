#include "poller.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <ctime>
#include <span>
#include <system_error>

namespace sse::bench {
namespace {

constexpr std::size_t receive_bytes = std::size_t{256} * 1024;
constexpr std::size_t plain_bytes = std::size_t{16} * 1024;

void control(int epoll, int operation, int fd, std::uint32_t events, PollHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  if (epoll_ctl(epoll, operation, fd, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

}  // namespace

Poller::Poller()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), receive_buffer_(receive_bytes), plain_buffer_(plain_bytes) {
  if (!epoll_) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

void Poller::watch(int fd, std::uint32_t events, PollHandler& handler) {
  control(epoll_.fd(), EPOLL_CTL_ADD, fd, events, handler);
}

void Poller::change(int fd, std::uint32_t events, PollHandler& handler) {
  control(epoll_.fd(), EPOLL_CTL_MOD, fd, events, handler);
}

// Level-triggered EPOLLHUP and EPOLLERR are told without being asked for.
void Poller::pause(int fd, std::chrono::milliseconds time, PollHandler& handler) {
  change(fd, EPOLLET, handler);
  paused_.push_back({Clock::now() + time, &handler});
}

void Poller::wake_paused() {
  for (const auto now = Clock::now(); !paused_.empty() && paused_.front().until <= now;) {
    auto& handler = *paused_.front().handler;
    paused_.pop_front();
    handler.on_ready(0);
  }
}

void Poller::wait(Instant until) {
  wake_paused();
  if (!paused_.empty()) until = std::min(until, paused_.front().until);
  // Milliseconds would be too coarse to open streams at an even pace, and rounding down would spin.
  const auto left = std::max(until - Clock::now(), Clock::duration::zero());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec timeout{seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
  std::array<epoll_event, 512> ready{};
  const int count = epoll_pwait2(epoll_.fd(), ready.data(), ready.size(), &timeout, nullptr);
  if (count < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "epoll_pwait2");
  for (const epoll_event& event : std::span(ready).first(static_cast<std::size_t>(std::max(count, 0)))) {
    static_cast<PollHandler*>(event.data.ptr)->on_ready(event.events);
  }
}

}  // namespace sse::bench
