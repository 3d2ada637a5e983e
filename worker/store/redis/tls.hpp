// TlsContext: how TLS to Redis is set up: whom to trust, and as whom. Made from the settings for each
// connection, so that a new one has the newest certificates. One thread at a time.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>

#include "store/settings.hpp"

namespace worker::store {

class TlsContext {
 public:
  /// Throws RedisError where a certificate or key cannot be used.
  explicit TlsContext(const RedisTls& settings);

  SSL_CTX* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { ::SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, Free> context_;
};

/// What is wrong with `store.tls` of `storage`; none where that is empty or not used.
std::optional<std::string> tls_problem(const StorageSettings& storage);

/// The newest error of OpenSSL as a sentence, and none is left.
std::string take_tls_error();

}  // namespace worker::store
