// Peer: one connection of nginx: requests and their answers, or, after a request for /events, a stream for
// the rest of its life. Belongs to the server; one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "request_decoder.hpp"

namespace sse::floor {

class Hub;
struct Cohort;

class Peer {
 public:
  /// Takes the descriptor, and watches it.
  Peer(int epoll, int fd, Hub& hub);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  int fd() const noexcept { return fd_; }
  /// False: it has ended. `buffer` is to receive into.
  bool on_ready(unsigned events, std::span<char> buffer);
  /// What cannot be sent now follows later, in its order.
  void send(std::string_view bytes);

 private:
  bool receive(std::span<char> buffer);
  bool answer(const Request& request);
  void become_stream(const std::string& query);
  void watch(int operation, unsigned events);
  bool send_unsent();

  const int epoll_;
  const int fd_;
  Hub& hub_;
  std::unique_ptr<RequestDecoder> decoder_;  // none once it is a stream
  Cohort* cohort_ = nullptr;
  std::size_t place_ = 0;  // in the cohort
  bool ends_when_sent_ = false;
  std::string unsent_;
};

}  // namespace sse::floor
