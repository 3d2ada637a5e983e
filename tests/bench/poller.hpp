// Poller: the one epoll instance of the load client, level-triggered, and the buffers that all connections
// receive and decrypt into. Loop thread only; outlives whatever watches through it. A handler may close its
// descriptor at any time, and must bear a call that was already under way for the old one; it must not be
// destroyed within wait().
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "socket.hpp"

namespace sse::bench {

using Clock = std::chrono::steady_clock;
using Instant = Clock::time_point;

class PollHandler {
 public:
  /// `events` as epoll says them (EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR); none after a pause.
  virtual void on_ready(std::uint32_t events) = 0;

 protected:
  ~PollHandler() = default;
};

class Poller {
 public:
  /// Throws std::system_error when the kernel gives no epoll instance.
  Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Closing the descriptor ends the watch. Throws std::system_error.
  void watch(int fd, std::uint32_t events, PollHandler& handler);
  void change(int fd, std::uint32_t events, PollHandler& handler);
  /// Hears nothing of the descriptor for `time`, which is the same for all; then the handler is called
  /// without events, and asks for them again.
  void pause(int fd, std::chrono::milliseconds time, PollHandler& handler);

  /// Calls the handlers of what is ready; waits until `until` at the latest for something to be.
  void wait(Instant until);

  /// To be used up before the handler returns.
  std::span<char> receive_buffer() noexcept { return receive_buffer_; }
  /// The same. A TLS record fits.
  std::span<char> plain_buffer() noexcept { return plain_buffer_; }

 private:
  struct Paused {
    Instant until;
    PollHandler* handler;
  };
  void wake_paused();

  Socket epoll_;
  std::deque<Paused> paused_;  // in the order of their ends
  std::vector<char> receive_buffer_;
  std::vector<char> plain_buffer_;
};

}  // namespace sse::bench
