#include "net/listen_address.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace worker::net {

std::string error_text(int error) { return std::generic_category().message(error); }

bool is_unix_path(const std::string& address) { return address.find('/') != std::string::npos; }

base::Result<sockaddr_un, std::string> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return base::failure(fmt::format("{} is too long: the path of a Unix socket may have {} bytes", path,
                                     sizeof address.sun_path - 1));
  }
  path.copy(address.sun_path, path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

bool is_listened_on(const sockaddr_un& address) {
  const base::UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(probe.get(), generic(address), sizeof address) == 0 || errno != ECONNREFUSED;
}

base::Result<TcpAddress, std::string> tcp_address(const std::string& text) {
  const auto colon = text.rfind(':');
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (colon == std::string::npos ||
      ::getaddrinfo(host.c_str(), text.c_str() + colon + 1, &hints, &found) != 0) {
    return base::failure(fmt::format("{} is neither a path nor ADDRESS:PORT", text));
  }
  return TcpAddress(found, &::freeaddrinfo);
}

base::UniqueFd tcp_socket(const addrinfo& address) {
  base::UniqueFd fd(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (fd) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  return fd;
}

}  // namespace worker::net
