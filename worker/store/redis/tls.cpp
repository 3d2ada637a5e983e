#include "store/redis/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "store/redis/error.hpp"

namespace worker::store {
namespace {

template <auto free>
struct FreeWith {
  template <class T>
  void operator()(T* what) const {
    free(what);
  }
};
using Bio = std::unique_ptr<BIO, FreeWith<::BIO_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<::X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeWith<::EVP_PKEY_free>>;

Bio bio_of(const std::string& text) {
  return Bio(::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

[[noreturn]] void fail(const char* key, const TextFile& file, const std::string& why) {
  throw RedisError(RedisError::Kind::broken, fmt::format("store.tls.{}: {}: {}", key, file.path, why));
}

// A key with a password would be asked for on a terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*writes*/, void* /*user*/) { return -1; }

Certificate next_certificate(BIO* bio) {
  return Certificate(::PEM_read_bio_X509(bio, nullptr, no_password, nullptr));
}

void trust(SSL_CTX* context, const TextFile& authorities) {
  if (authorities.path.empty()) {
    ::SSL_CTX_set_default_verify_paths(context);
    return;
  }
  const auto bio = bio_of(authorities.text);
  auto* const store = ::SSL_CTX_get_cert_store(context);
  int count = 0;
  for (; auto certificate = next_certificate(bio.get()); ++count)
    ::X509_STORE_add_cert(store, certificate.get());
  if (count == 0) fail("ca_file", authorities, "has no certificate");
  ::ERR_clear_error();  // the end of the file is one
}

// The certificate, then those of the authorities between it and one that Redis trusts.
void use_certificate(SSL_CTX* context, const TextFile& file) {
  const auto bio = bio_of(file.text);
  const auto own = next_certificate(bio.get());
  if (!own || ::SSL_CTX_use_certificate(context, own.get()) != 1)
    fail("certificate_file", file, "has no certificate that can be used: " + take_tls_error());
  while (auto next = next_certificate(bio.get())) {
    if (::SSL_CTX_add0_chain_cert(context, next.get()) == 1) static_cast<void>(next.release());
  }
  ::ERR_clear_error();
}

void use_key(SSL_CTX* context, const TextFile& file) {
  const auto bio = bio_of(file.text);
  const Key key(::PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (!key) fail("key_file", file, "has no key without a password");
  if (::SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    fail("key_file", file, "does not belong to the certificate: " + take_tls_error());
}

}  // namespace

std::string take_tls_error() {
  const auto code = ::ERR_peek_last_error();
  ::ERR_clear_error();
  const char* const reason = ::ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

TlsContext::TlsContext(const RedisTls& settings) : context_(::SSL_CTX_new(::TLS_client_method())) {
  if (!context_) throw RedisError(RedisError::Kind::broken, "TLS: " + take_tls_error());
  ::SSL_CTX_set_min_proto_version(get(), TLS1_2_VERSION);
  ::SSL_CTX_set_mode(get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_AUTO_RETRY);
  ::SSL_CTX_set_verify(get(), SSL_VERIFY_PEER, nullptr);
  trust(get(), settings.authorities);
  if (settings.certificate.path.empty()) return;
  use_certificate(get(), settings.certificate);
  use_key(get(), settings.key);
}

std::optional<std::string> tls_problem(const StorageSettings& storage) try {
  const auto& redis = storage.redis;
  if (storage.kind != StorageSettings::Kind::redis || redis.tls == RedisTls{}) return std::nullopt;
  if (!redis.address.tls)
    return "store.tls: needs a store.url that begins with rediss://, rediss+sentinel:// or rediss+cluster://";
  if (redis.tls.certificate.path.empty() != redis.tls.key.path.empty())
    return "store.tls: must have certificate_file and key_file, or neither";
  const TlsContext usable(redis.tls);
  return std::nullopt;
} catch (const RedisError& error) {
  return error.what();
}

}  // namespace worker::store
