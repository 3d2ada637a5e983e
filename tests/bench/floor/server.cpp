#include "server.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <ctime>
#include <span>
#include <system_error>

namespace sse::floor {

Server::Server(int listener, std::chrono::milliseconds flush_interval)
    : listener_(listener),
      flush_interval_(flush_interval),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      buffer_(std::size_t{256} * 1024) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;  // the only one that is no peer
  if (epoll_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll");
  }
}

Server::~Server() { close(epoll_); }

void Server::run() {
  for (;;) {
    wait();
    flush_if_due();
  }
}

void Server::wait() {
  timespec timeout{};
  if (hub_.has_pending()) {
    const auto left = std::max<Clock::duration>(next_flush_ - Clock::now(), Clock::duration::zero());
    timeout.tv_nsec = std::chrono::nanoseconds(left).count();  // an interval is less than a second
  }
  std::array<epoll_event, 512> ready{};
  const int count =
      epoll_pwait2(epoll_, ready.data(), ready.size(), hub_.has_pending() ? &timeout : nullptr, nullptr);
  for (const epoll_event& event : std::span(ready).first(static_cast<std::size_t>(std::max(count, 0)))) {
    auto* const peer = static_cast<Peer*>(event.data.ptr);
    if (peer == nullptr) {
      accept_all();
    } else if (!peer->on_ready(event.events, buffer_)) {
      peers_.erase(peer->fd());
    }
  }
}

void Server::accept_all() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    peers_[fd] = std::make_unique<Peer>(epoll_, fd, hub_);
  }
}

void Server::flush_if_due() {
  if (!hub_.has_pending()) return;
  const auto now = Clock::now();
  if (now < next_flush_) return;
  hub_.flush();
  next_flush_ = now + flush_interval_;
}

}  // namespace sse::floor
