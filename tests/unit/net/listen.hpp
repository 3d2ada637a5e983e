// Helpers for the tests of the listening socket.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <string>

#include "base/unique_fd.hpp"
#include "net/listening_socket.hpp"
#include "support/temp_folder.hpp"

namespace worker::net {

/// A temporary folder, and the path of a socket in it that is not made yet.
struct SocketFolder {
  support::TempFolder folder;
  std::string path = folder.path("w.sock");
};

/// The sentence of a failure.
inline std::string error_of(const ListenSettings& settings) {
  const auto found = ListeningSocket::find(settings);
  return found ? "no error" : found.error();
}

inline sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

/// A Unix socket bound to `path`; listening, if wanted.
inline base::UniqueFd bound_to(const std::string& path, bool listening) {
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = address_of(path);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  if (listening && ::listen(fd.get(), 1) != 0) return {};
  return fd;
}

/// True if a process accepts connections there.
inline bool connects_to(const std::string& path) {
  const base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto address = address_of(path);
  return ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

inline bool is_nonblocking_and_private(int fd) {
  return (::fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 && (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

/// While it exists, `number` is a copy of `fd`; afterwards it is the old descriptor again.
class DescriptorAs {
 public:
  DescriptorAs(int fd, int number) : number_(number), before_(::fcntl(number, F_DUPFD_CLOEXEC, 100)) {
    ::dup2(fd, number);
  }
  DescriptorAs(const DescriptorAs&) = delete;
  DescriptorAs& operator=(const DescriptorAs&) = delete;
  ~DescriptorAs() {
    if (before_) {
      ::dup2(before_.get(), number_);
    } else {
      ::close(number_);
    }
  }

 private:
  int number_;
  base::UniqueFd before_;
};

}  // namespace worker::net
