// Settings of the listening socket. Plain values, which config/ reads; the defaults are those of the shipped
// configuration.
#pragma once

#include <string>

namespace worker::net {

struct ListenSettings {
  /// The configuration key of `address`, for messages.
  std::string key = "listen";
  /// A Unix socket's path (with a slash) or `127.0.0.1:9000` / `[::1]:9000`. Empty: the socket is inherited.
  std::string address;
  /// Permissions of a Unix socket that the worker makes.
  unsigned mode = 0660;
  /// Its user and group, by name; empty: those of the process.
  std::string owner{};
  std::string group{};
  /// Connections that may wait to be accepted; the kernel caps it at net.core.somaxconn.
  int backlog = 4096;

  bool operator==(const ListenSettings&) const = default;
};

}  // namespace worker::net
