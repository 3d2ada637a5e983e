// ListenAddress: the address of `listen:` in the form that socket calls take, for ListeningSocket and
// ListenCheck. Usable from every thread.
#pragma once

#include <netdb.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace worker::net {

/// The text of an `errno`.
std::string error_text(int error);

/// Whether `address` is the path of a Unix socket: it has a slash.
bool is_unix_path(const std::string& address);

/// Fails with a sentence, without the key, if `path` is longer than the 107 bytes that fit.
base::Result<sockaddr_un, std::string> unix_address(const std::string& path);

/// The same address in the type that socket calls take; valid as long as `address`.
const sockaddr* generic(const sockaddr_un& address);

/// Whether a process listens at `address`, even if its backlog is full. Connects for a moment.
bool is_listened_on(const sockaddr_un& address);

using TcpAddress = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

/// The address of `127.0.0.1:9000` or `[::1]:9000`; does not look up names. Fails with a sentence, without
/// the key, if `text` is neither.
base::Result<TcpAddress, std::string> tcp_address(const std::string& text);

/// A non-blocking socket that is not bound yet. It may be bound to an address that connections of an earlier
/// process still use. Empty, with the error in `errno`, if the system gives none.
base::UniqueFd tcp_socket(const addrinfo& address);

}  // namespace worker::net
