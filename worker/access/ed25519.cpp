#include "access/ed25519.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

namespace worker::access {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// OpenSSL keeps errors for the next caller on this thread.
template <class Value>
Value without_errors(Value value) {
  ERR_clear_error();
  return value;
}

Ed25519Key owned_key(EVP_PKEY* key) { return without_errors(Ed25519Key(key, EVP_PKEY_free)); }

}  // namespace

Ed25519Key import_ed25519_public(std::string_view bytes) {
  return owned_key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets_of(bytes), bytes.size()));
}

Ed25519Key import_ed25519_private(std::string_view bytes) {
  return owned_key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets_of(bytes), bytes.size()));
}

bool verify_ed25519(std::string_view text, std::string_view signature, const Ed25519Key& key) {
  if (signature.size() != ed25519_signature_bytes) return false;
  const Context context(EVP_MD_CTX_new());
  return without_errors(context &&
                        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
                        EVP_DigestVerify(context.get(), octets_of(signature), signature.size(),
                                         octets_of(text), text.size()) == 1);
}

std::optional<std::string> sign_ed25519(std::string_view text, const Ed25519Key& key) {
  std::string signature(ed25519_signature_bytes, '\0');
  auto size = signature.size();
  const Context context(EVP_MD_CTX_new());
  const bool done = without_errors(
      context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     octets_of(text), text.size()) == 1);
  if (!done || size != signature.size()) return std::nullopt;
  return signature;
}

}  // namespace worker::access
