// TlsSession: the client's half of one TLS connection, without I/O: bytes from the wire in, plain text out,
// and the other way round. Nobody's certificate is checked: what is measured here has one that it made for
// itself. Loop thread only. TlsContext has what all sessions share, and outlives them.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace sse::bench {

template <auto free_it>
struct FreedBy {
  template <class Type>
  void operator()(Type* it) const noexcept {
    free_it(it);
  }
};

class TlsContext {
 public:
  /// `protocol`: what the server must choose by ALPN ("h2"); empty: nothing is offered.
  /// Throws std::runtime_error.
  explicit TlsContext(std::string protocol = {});

 private:
  friend class TlsSession;
  std::string protocol_;
  std::unique_ptr<SSL_CTX, FreedBy<SSL_CTX_free>> settings_;
  std::unique_ptr<BIO_METHOD, FreedBy<BIO_meth_free>> wire_;
};

class TlsSession {
 public:
  /// `host` becomes the SNI, unless it is an address. Begins the handshake: there is something to send.
  /// Throws std::bad_alloc.
  TlsSession(const TlsContext& context, const std::string& host);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Bytes from the wire. They must stay until next() has returned an empty view; only then is the next feed
  /// allowed.
  void feed(std::string_view bytes) noexcept { received_ = bytes; }

  /// The next piece of plain text, in `buffer`. Empty: all is consumed, or the other side has said that it is
  /// done, or something is wrong.
  std::string_view next(std::span<char> buffer);

  /// Plain text to be sent; it waits for the end of the handshake.
  void write(std::string_view text);

  /// Bytes for the wire, which are gone from here.
  std::string take_output() noexcept;

  /// The other side has said that nothing more comes.
  bool finished() const noexcept { return (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  /// The handshake failed, or a record is broken, or the server did not choose the protocol.
  bool failed() const noexcept { return failed_; }

 private:
  friend class TlsContext;
  static int read_wire(BIO* wire, char* to, int size) noexcept;
  static int write_wire(BIO* wire, const char* from, int size) noexcept;

  void shake_hands();

  const std::string& protocol_;
  std::unique_ptr<SSL, FreedBy<SSL_free>> session_;
  std::string_view received_;
  std::string output_;
  std::string early_;  // what waits for the handshake
  bool failed_ = false;
};

}  // namespace sse::bench
