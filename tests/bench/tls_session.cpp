#include "tls_session.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

namespace sse::bench {
namespace {

// The first of these is what browsers offer first. OpenSSL's own first one, with AES-256, takes the server
// more time.
constexpr const char* suites = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

long control_wire(BIO* /*wire*/, int command, long /*number*/, void* /*pointer*/) noexcept {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

bool is_address(const std::string& host) noexcept {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

template <class Made>
Made* made(Made* it) {
  if (it == nullptr) throw std::bad_alloc();
  return it;
}

}  // namespace

TlsContext::TlsContext(std::string protocol)
    : protocol_(std::move(protocol)),
      settings_(made(SSL_CTX_new(TLS_client_method()))),
      wire_(made(BIO_meth_new(BIO_TYPE_SOURCE_SINK, "wire"))) {
  SSL_CTX* const settings = settings_.get();
  SSL_CTX_set_verify(settings, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_mode(settings, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_set_ciphersuites(settings, suites) != 1) throw std::runtime_error("OpenSSL has no AES-GCM");
  if (!protocol_.empty()) {
    const std::string offer = static_cast<char>(protocol_.size()) + protocol_;
    // Of all calls of OpenSSL only these two say 0 for success.
    if (SSL_CTX_set_alpn_protos(settings, reinterpret_cast<const unsigned char*>(offer.data()),
                                static_cast<unsigned>(offer.size())) != 0)
      throw std::bad_alloc();
  }
  BIO_meth_set_read(wire_.get(), TlsSession::read_wire);
  BIO_meth_set_write(wire_.get(), TlsSession::write_wire);
  BIO_meth_set_ctrl(wire_.get(), control_wire);
}

TlsSession::TlsSession(const TlsContext& context, const std::string& host)
    : protocol_(context.protocol_), session_(made(SSL_new(context.settings_.get()))) {
  BIO* const wire = made(BIO_new(context.wire_.get()));
  BIO_set_data(wire, this);
  BIO_set_init(wire, 1);
  SSL_set_bio(session_.get(), wire, wire);
  if (!is_address(host)) {
    // What SSL_set_tlsext_host_name() is, with a cast of this language.
    SSL_ctrl(session_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));
  }
  SSL_set_connect_state(session_.get());
  shake_hands();
}

int TlsSession::read_wire(BIO* wire, char* to, int size) noexcept {
  std::string_view& received = static_cast<TlsSession*>(BIO_get_data(wire))->received_;
  BIO_clear_retry_flags(wire);
  if (received.empty()) {
    BIO_set_retry_read(wire);
    return -1;
  }
  const std::size_t count = std::min(received.size(), static_cast<std::size_t>(size));
  std::memcpy(to, received.data(), count);
  received.remove_prefix(count);
  return static_cast<int>(count);
}

int TlsSession::write_wire(BIO* wire, const char* from, int size) noexcept {
  static_cast<TlsSession*>(BIO_get_data(wire))->output_.append(from, static_cast<std::size_t>(size));
  return size;
}

void TlsSession::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(session_.get());
  if (result != 1) {
    failed_ = SSL_get_error(session_.get(), result) != SSL_ERROR_WANT_READ;
    return;
  }
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(session_.get(), &chosen, &size);
  failed_ = std::string_view(reinterpret_cast<const char*>(chosen), size) != protocol_;
  if (!failed_) write(std::exchange(early_, {}));
}

std::string_view TlsSession::next(std::span<char> buffer) {
  if (!failed_ && SSL_is_init_finished(session_.get()) == 0) shake_hands();
  if (failed_ || SSL_is_init_finished(session_.get()) == 0) return {};
  ERR_clear_error();
  std::size_t count = 0;
  if (SSL_read_ex(session_.get(), buffer.data(), buffer.size(), &count) == 1) return {buffer.data(), count};
  const int error = SSL_get_error(session_.get(), 0);
  failed_ = error != SSL_ERROR_WANT_READ && error != SSL_ERROR_ZERO_RETURN;
  return {};
}

void TlsSession::write(std::string_view text) {
  if (text.empty() || failed_) return;
  if (SSL_is_init_finished(session_.get()) == 0) {
    early_ += text;
    return;
  }
  ERR_clear_error();
  std::size_t count = 0;
  // The wire takes everything, so all of it is written or something is wrong.
  failed_ = SSL_write_ex(session_.get(), text.data(), text.size(), &count) != 1;
}

std::string TlsSession::take_output() noexcept { return std::exchange(output_, {}); }

}  // namespace sse::bench
