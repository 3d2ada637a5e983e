#include "socket.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

namespace sse::bench {
namespace {

template <class Address>
Connected connected(Socket socket, const Address& to) {
  if (connect(socket.fd(), reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 && errno != EINPROGRESS) {
    return {{}, errno};
  }
  return {std::move(socket), 0};
}

}  // namespace

Connected connect_tcp(const sockaddr_in& to, const std::optional<in_addr>& source) {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return {{}, errno};
  const int on = 1;
  setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (source) {
    setsockopt(socket.fd(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr = *source;
    if (bind(socket.fd(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) return {{}, errno};
  }
  return connected(std::move(socket), to);
}

Connected connect_unix(const std::string& path) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if (path.size() >= sizeof to.sun_path) return {{}, ENAMETOOLONG};
  std::memcpy(to.sun_path, path.c_str(), path.size() + 1);
  Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return {{}, errno};
  return connected(std::move(socket), to);
}

Connected connect_to(const Address& to, const std::optional<in_addr>& source) {
  const auto* const path = std::get_if<std::string>(&to);
  return path != nullptr ? connect_unix(*path) : connect_tcp(std::get<sockaddr_in>(to), source);
}

}  // namespace sse::bench
