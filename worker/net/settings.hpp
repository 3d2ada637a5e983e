// Settings of the listening socket. Plain values, which config/ reads; the defaults are those of the shipped
// configuration.
#pragma once

#include <string>

namespace worker::net {

struct ListenSettings {
  /// A Unix socket's path (with a slash) or `127.0.0.1:9000` / `[::1]:9000`. Empty: the socket is inherited.
  std::string address;
  /// Permissions of a Unix socket that the worker makes.
  unsigned mode = 0660;
  /// Connections that may wait to be accepted; the kernel caps it at net.core.somaxconn.
  int backlog = 4096;

  bool operator==(const ListenSettings&) const = default;
};

}  // namespace worker::net
