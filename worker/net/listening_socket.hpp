// ListeningSocket: the socket that FastCGI connections come to. Found once, at start-up: inherited from
// spawn-fcgi or systemd, or made here. The destructor removes the file of a Unix socket that was made here,
// and no other.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "net/settings.hpp"

namespace worker::net {

class ListeningSocket {
 public:
  /// The first that applies: descriptor 0 if it is a listening socket, the first of LISTEN_FDS
  /// (sd_listen_fds(3)), `settings.address`. Fails with a sentence for the operator. A Unix socket that no
  /// process listens on is replaced; one that a process listens on is a failure.
  static base::Result<ListeningSocket, std::string> find(const ListenSettings& settings);

  /// A Unix socket at `settings.address`, as find() makes it.
  static base::Result<ListeningSocket, std::string> bind_unix(const ListenSettings& settings);

  /// The socket `fd` of the process before, which made the file at `made_path`; empty: it made none.
  static base::Result<ListeningSocket, std::string> taken_over(base::UniqueFd fd, std::string made_path);

  ListeningSocket(ListeningSocket&&) noexcept = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  int descriptor() const { return fd_.get(); }
  /// New connections are refused at once, unless another process has the same socket.
  void close();
  /// The file that the destructor removes; empty if there is none.
  const std::string& made_path() const { return made_path_; }
  /// For the log: `descriptor 0`, `LISTEN_FDS` or the address.
  const std::string& origin() const { return origin_; }

 private:
  ListeningSocket(base::UniqueFd fd, std::string origin) : fd_(std::move(fd)), origin_(std::move(origin)) {}
  static base::Result<ListeningSocket, std::string> bind_tcp(const ListenSettings& settings);
  static base::Result<ListeningSocket, std::string> prepared(base::UniqueFd fd, std::string origin);

  base::UniqueFd fd_;
  std::string origin_;
  std::string made_path_;
};

}  // namespace worker::net
