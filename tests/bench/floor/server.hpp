// Server: the one loop of the floor. Accepts all that come, and flushes at once when nothing was flushed for
// an interval, else at its end.
#pragma once

#include <chrono>
#include <memory>
#include <unordered_map>
#include <vector>

#include "hub.hpp"
#include "peer.hpp"

namespace sse::floor {

class Server {
 public:
  /// `listener` stays the caller's. Throws std::system_error when the kernel gives no epoll instance.
  Server(int listener, std::chrono::milliseconds flush_interval);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[noreturn]] void run();

 private:
  using Clock = std::chrono::steady_clock;

  void wait();
  void accept_all();
  void flush_if_due();

  const int listener_;
  const std::chrono::milliseconds flush_interval_;
  const int epoll_;
  Hub hub_;
  std::unordered_map<int, std::unique_ptr<Peer>> peers_;  // by descriptor
  Clock::time_point next_flush_;
  std::vector<char> buffer_;
};

}  // namespace sse::floor
