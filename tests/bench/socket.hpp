// Socket: owns one descriptor, and the two ways the load client connects one. All are non-blocking; a connect
// that is still under way counts as done, and shows its end through epoll.
#pragma once

#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace sse::bench {

class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) noexcept : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    if (this != &other) {
      close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  ~Socket() { close(); }

  int fd() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

/// The socket, or none and the errno of what failed.
struct Connected {
  Socket socket;
  int error = 0;
};

/// From `source` if given (its port is chosen by the kernel as late as possible, so that each source has all
/// of them).
Connected connect_tcp(const sockaddr_in& to, const std::optional<in_addr>& source);

/// EAGAIN: the listener's backlog is full.
Connected connect_unix(const std::string& path);

/// Where a server listens: IPv4, or the path of a Unix socket.
using Address = std::variant<sockaddr_in, std::string>;

/// `source` is for IPv4 alone.
Connected connect_to(const Address& to, const std::optional<in_addr>& source);

}  // namespace sse::bench
