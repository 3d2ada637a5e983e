// RedisSocket: a connected socket to Redis, with TLS where the address asks for it. For one thread, which
// waits for each step, never longer than a bound. Whatever goes wrong is thrown as RedisError of the kind
// `broken`, and ends the use of the socket.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"
#include "store/redis/tls.hpp"
#include "store/settings.hpp"

namespace worker::store {

class RedisSocket {
 public:
  /// Connects to one of the addresses of the host, and agrees on TLS; each within `timeout`.
  RedisSocket(const RedisSettings& settings, std::chrono::milliseconds timeout);

  /// All of `bytes`, waiting at most `timeout` for each part that goes.
  void send(std::string_view bytes, std::chrono::milliseconds timeout);
  /// What has come, at least one byte, into `buffer`; returns how many.
  std::size_t receive(std::span<char> buffer, std::chrono::milliseconds timeout);
  /// The other side has closed it, or sent something that was not asked for.
  bool is_stale();
  /// From any thread: who waits in another call gets an error.
  void interrupt() const;

 private:
  struct Free {
    void operator()(SSL* session) const { ::SSL_free(session); }
  };
  void begin_tls(const RedisSettings& settings, std::chrono::milliseconds timeout);
  void wait(short events, std::chrono::milliseconds timeout) const;
  /// After a call to OpenSSL that returned `result`, which was no success: waits for what it needs.
  void wait_for_tls(int result, std::chrono::milliseconds timeout);

  base::UniqueFd socket_;
  std::optional<TlsContext> context_;
  std::unique_ptr<SSL, Free> session_;  // null without TLS
};

}  // namespace worker::store
