#include "store/redis/socket.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "store/redis/error.hpp"

namespace worker::store {
namespace {

// After so long without an answer the kernel asks whether the other side is still there.
constexpr int keep_alive_seconds = 15;

[[noreturn]] void fail(const std::string& why) { throw RedisError(RedisError::Kind::broken, why); }
[[noreturn]] void fail_with(int error) { fail(std::generic_category().message(error)); }

base::UniqueFd make_socket(int family) {
  base::UniqueFd made(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!made) fail_with(errno);
  return made;
}

void wait_for(int socket, short events, std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  for (auto left = timeout;;
       left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now())) {
    pollfd one{.fd = socket, .events = events, .revents = 0};
    const int count = ::poll(&one, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (count > 0) return;
    if (count == 0) fail(fmt::format("no answer within {} ms", timeout.count()));
    if (errno != EINTR) fail_with(errno);
  }
}

void connect_to(int socket, const sockaddr* address, socklen_t size, std::chrono::milliseconds timeout) {
  if (::connect(socket, address, size) == 0) return;
  // A Unix socket whose queue is full says EAGAIN.
  if (errno != EINPROGRESS) fail_with(errno);
  wait_for(socket, POLLOUT, timeout);
  int error = 0;
  socklen_t error_size = sizeof error;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &error_size);
  if (error != 0) fail_with(error);
}

base::UniqueFd connect_unix(const std::string& path, std::chrono::milliseconds timeout) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) fail("the path of the socket is too long");
  std::memcpy(address.sun_path, path.data(), path.size());
  auto made = make_socket(AF_UNIX);
  connect_to(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address, timeout);
  return made;
}

struct FreeAddresses {
  void operator()(addrinfo* addresses) const { ::freeaddrinfo(addresses); }
};

base::UniqueFd connect_tcp(const RedisAddress& address, std::chrono::milliseconds timeout) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto port = std::to_string(address.port);
  if (const int error = ::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found); error != 0)
    fail(::gai_strerror(error));
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(found);
  std::string why;
  for (const auto* each = found; each != nullptr; each = each->ai_next) {
    try {
      auto made = make_socket(each->ai_family);
      connect_to(made.get(), each->ai_addr, each->ai_addrlen, timeout);
      const int on = 1;
      ::setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      ::setsockopt(made.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
      ::setsockopt(made.get(), IPPROTO_TCP, TCP_KEEPIDLE, &keep_alive_seconds, sizeof keep_alive_seconds);
      ::setsockopt(made.get(), IPPROTO_TCP, TCP_KEEPINTVL, &keep_alive_seconds, sizeof keep_alive_seconds);
      return made;
    } catch (const RedisError& error) {
      why = error.what();
    }
  }
  fail(why);
}

bool is_ip_address(const std::string& text) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET, text.c_str(), &ignored) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &ignored) == 1;
}

}  // namespace

RedisSocket::RedisSocket(const RedisSettings& settings, std::chrono::milliseconds timeout)
    : socket_(settings.address.path.empty() ? connect_tcp(settings.address, timeout)
                                            : connect_unix(settings.address.path, timeout)) {
  if (settings.address.tls) begin_tls(settings, timeout);
}

void RedisSocket::begin_tls(const RedisSettings& settings, std::chrono::milliseconds timeout) {
  context_.emplace(settings.tls);
  session_.reset(::SSL_new(context_->get()));
  if (!session_) fail("TLS: " + take_tls_error());
  const auto& name = settings.tls.server_name.empty() ? settings.address.host : settings.tls.server_name;
  if (is_ip_address(name)) {
    ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(session_.get()), name.c_str());
  } else {
    // SSL_set_tlsext_host_name() is a macro with a cast that warns.
    ::SSL_ctrl(session_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(name.c_str()));
    ::SSL_set1_host(session_.get(), name.c_str());
  }
  ::SSL_set_fd(session_.get(), socket_.get());
  while (true) {
    ::ERR_clear_error();
    const int result = ::SSL_connect(session_.get());
    if (result == 1) return;
    if (const auto verified = ::SSL_get_verify_result(session_.get()); verified != X509_V_OK)
      fail(fmt::format(
          "TLS: the certificate of Redis is refused: {}; check store.tls.ca_file and store.tls.server_name",
          ::X509_verify_cert_error_string(verified)));
    wait_for_tls(result, timeout);
  }
}

void RedisSocket::wait(short events, std::chrono::milliseconds timeout) const {
  wait_for(socket_.get(), events, timeout);
}

void RedisSocket::wait_for_tls(int result, std::chrono::milliseconds timeout) {
  const int error = errno;
  switch (::SSL_get_error(session_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wait(POLLIN, timeout);
    case SSL_ERROR_WANT_WRITE:
      return wait(POLLOUT, timeout);
    case SSL_ERROR_ZERO_RETURN:
      fail("Redis closed the connection");
    case SSL_ERROR_SYSCALL:
      if (::ERR_peek_error() == 0) error == 0 ? fail("Redis closed the connection") : fail_with(error);
      [[fallthrough]];
    default:
      fail("TLS: " + take_tls_error());
  }
}

void RedisSocket::send(std::string_view bytes, std::chrono::milliseconds timeout) {
  while (!bytes.empty()) {
    if (session_) {
      ::ERR_clear_error();
      std::size_t sent = 0;
      if (const int result = ::SSL_write_ex(session_.get(), bytes.data(), bytes.size(), &sent); result != 1) {
        wait_for_tls(result, timeout);
        continue;
      }
      bytes.remove_prefix(sent);
      continue;
    }
    const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait(POLLOUT, timeout);
    } else if (errno != EINTR) {
      fail_with(errno);
    }
  }
}

std::size_t RedisSocket::receive(std::span<char> buffer, std::chrono::milliseconds timeout) {
  while (true) {
    if (session_) {
      ::ERR_clear_error();
      std::size_t size = 0;
      const int result = ::SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &size);
      if (result == 1) return size;
      wait_for_tls(result, timeout);
      continue;
    }
    const auto size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size > 0) return static_cast<std::size_t>(size);
    if (size == 0) fail("Redis closed the connection");
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      wait(POLLIN, timeout);
    } else if (errno != EINTR) {
      fail_with(errno);
    }
  }
}

bool RedisSocket::is_stale() {
  pollfd one{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&one, 1, 0) == 0) return false;
  if (!session_) return true;
  // It may be a ticket for the next session, which is no answer: OpenSSL takes it.
  ::ERR_clear_error();
  char first = 0;
  const int result = ::SSL_peek(session_.get(), &first, 1);
  return result > 0 || ::SSL_get_error(session_.get(), result) != SSL_ERROR_WANT_READ;
}

void RedisSocket::interrupt() const { ::shutdown(socket_.get(), SHUT_RDWR); }

}  // namespace worker::store
