// Connection: one script being acted out on a non-blocking Unix socket. Owns its descriptor. Whoever drives
// it calls `step` when the socket is ready or time has passed; it never waits.
#pragma once

#include <sys/un.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "script.hpp"

namespace fuzz {

using Clock = std::chrono::steady_clock;

enum class Outcome : std::uint8_t {
  going_on,
  left,       ///< we closed, having done what the script says
  answered,   ///< the peer sent something; whoever closed
  closed,     ///< the peer closed without a word
  forgotten,  ///< we had said that we send no more, and the peer did not close
};

class Connection {
 public:
  Connection(int fd, Script script) : fd_(fd), script_(std::move(script)) {}
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  int descriptor() const { return fd_; }
  bool wants_to_write() const { return sent_ < script_.bytes.size(); }
  Outcome step(Clock::time_point now);

 private:
  Outcome parted() const;
  Outcome dropped() const { return received_ > 0 ? Outcome::answered : Outcome::closed; }

  const int fd_;
  const Script script_;
  std::size_t sent_ = 0;
  std::size_t received_ = 0;
  bool finished_sending_ = false;
  Clock::time_point leaves_at_ = Clock::time_point::max();
};

/// A connected non-blocking socket; -1 with errno set otherwise, EAGAIN where the peer's backlog is full.
int open_connection(const sockaddr_un& address);

}  // namespace fuzz
