// SocketPair: two connected Unix sockets; `ours` is handed to what is tested, `theirs` is the peer.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include "base/unique_fd.hpp"

namespace worker::support {

struct SocketPair {
  SocketPair() {
    std::array<int, 2> both{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, both.data()) != 0) {
      throw std::system_error(errno, std::generic_category(), "socketpair");
    }
    ours.reset(both[0]);
    theirs.reset(both[1]);
  }

  /// As small as the kernel makes it: a few KiB.
  void shrink_send_buffer() const {
    const int size = 1;
    ::setsockopt(ours.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  }

  base::UniqueFd ours;
  base::UniqueFd theirs;
};

/// Up to `most` bytes of what has arrived; never waits.
inline std::string received(int socket, std::size_t most = std::string::npos) {
  std::string all;
  std::array<char, 65'536> buffer;
  while (all.size() < most) {
    const auto size = ::recv(socket, buffer.data(), std::min(buffer.size(), most - all.size()), MSG_DONTWAIT);
    if (size <= 0) break;
    all.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return all;
}

/// Fills the socket until it takes no more; the number of bytes that took.
inline std::size_t fill(int socket) {
  const std::string block(1'024, 'f');
  std::size_t total = 0;
  for (;;) {
    const auto size = ::send(socket, block.data(), block.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size <= 0) return total;
    total += static_cast<std::size_t>(size);
  }
}

/// A text of `size` bytes in which no place looks like another nearby.
inline std::string varied(std::size_t size, std::size_t seed = 0) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 31 + i / 251 + seed * 97) & 0xffU);
  return text;
}

}  // namespace worker::support
