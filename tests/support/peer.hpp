// Peer: the web server's end of a connection. Never waits: what has been sent to it is there at once.
#pragma once

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "base/unique_fd.hpp"

namespace worker::support {

class Peer {
 public:
  explicit Peer(base::UniqueFd socket) : socket_(std::move(socket)) {}

  /// All of it, or std::runtime_error.
  void send(std::string_view bytes) {
    if (send_some(bytes) != bytes.size()) throw std::runtime_error("the worker's side takes no more");
  }
  /// As much as goes in; a worker that has closed takes nothing.
  std::size_t send_some(std::string_view bytes) {
    const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  /// What has come since the last call.
  std::string received() {
    read(std::string::npos);
    return std::exchange(pending_, {});
  }
  /// The same, but leaves what is beyond `most` bytes in the socket.
  std::string received(std::size_t most) {
    read(most);
    return std::exchange(pending_, {});
  }
  /// Has the worker closed, or shut down its side?
  bool closed() {
    read(std::string::npos);
    return closed_;
  }
  /// The worker has closed with bytes unread, which a web server takes for an error.
  bool was_reset() {
    read(std::string::npos);
    return reset_;
  }
  /// Bytes were sent that the worker has not taken out of its socket.
  bool has_unread() const {
    int bytes = 0;
    return ::ioctl(socket_.get(), SIOCOUTQ, &bytes) == 0 && bytes > 0;
  }
  void close() { socket_.reset(); }
  void stop_sending() const { ::shutdown(socket_.get(), SHUT_WR); }

 private:
  void read(std::size_t most) {
    std::array<char, 65'536> buffer;
    while (!closed_ && pending_.size() < most) {
      const auto size =
          ::recv(socket_.get(), buffer.data(), std::min(buffer.size(), most - pending_.size()), MSG_DONTWAIT);
      if (size > 0) {
        pending_.append(buffer.data(), static_cast<std::size_t>(size));
      } else if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return;
      } else {
        closed_ = true;
        reset_ = size < 0;
      }
    }
  }

  base::UniqueFd socket_;
  std::string pending_;
  bool closed_ = false;
  bool reset_ = false;
};

}  // namespace worker::support
