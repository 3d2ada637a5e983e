// Outbox: the bytes that a socket could not take yet, in order. Holds references to immutable bytes, so that
// the events that wait for many subscribers cost each of them a few words. Owned by one connection, made only
// when its socket is full. Loop thread only.
#pragma once

#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace worker::net {

class Outbox {
 public:
  enum class Flushed {
    all,      // the outbox is empty now
    blocked,  // the socket is full again
    broken,   // the peer has closed the connection
  };

  /// Queues `bytes` from `offset` on.
  void push(base::Bytes bytes, std::size_t offset = 0);
  /// Sends as much as the socket takes, many pieces in one system call.
  Flushed flush(int socket);
  std::size_t size_bytes() const { return size_bytes_; }
  /// What waits, in order, each from its offset on.
  std::vector<std::pair<base::Bytes, std::size_t>> pieces() const;

 private:
  void drop(std::size_t sent);

  std::deque<base::Bytes> pieces_;
  std::size_t first_offset_ = 0;  // bytes of the first piece that are sent already
  std::size_t size_bytes_ = 0;
};

/// One send that neither waits nor raises SIGPIPE. Returns the number of bytes that the socket took, 0 if it
/// is full, -1 if the peer has closed the connection.
std::ptrdiff_t send_some(int socket, const char* data, std::size_t size);

}  // namespace worker::net
