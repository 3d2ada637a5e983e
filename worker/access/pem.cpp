#include "access/pem.hpp"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <utility>

#include "access/ed25519.hpp"
#include "access/jose.hpp"

namespace worker::access {
namespace {

using nlohmann::json;

struct FreeOpenssl {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(BIGNUM* number) const { BN_clear_free(number); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeOpenssl>;

auto unusable_pem(std::string sentence) { return base::failure(std::move(sentence)); }

// OpenSSL would ask for it on the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) { return -1; }

// A number of the key, big-endian, with at least `bytes` bytes; empty where it has none.
std::string number(const EVP_PKEY* key, const char* name, std::size_t bytes = 0) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
  const Owned<BIGNUM> value(raw);
  const auto size = std::max<std::size_t>(static_cast<std::size_t>(BN_num_bytes(raw)), bytes);
  std::string text(size, '\0');
  BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(size));
  return text;
}

struct Member {
  const char* name;
  const char* parameter;
};
constexpr std::array<Member, 2> rsa_public = {{{"n", OSSL_PKEY_PARAM_RSA_N}, {"e", OSSL_PKEY_PARAM_RSA_E}}};
constexpr std::array<Member, 6> rsa_private = {{{"d", OSSL_PKEY_PARAM_RSA_D},
                                                {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
                                                {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},
                                                {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
                                                {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2},
                                                {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}}};

json rsa_jwk(const EVP_PKEY* key, bool is_private) {
  json jwk = {{"kty", "RSA"}};
  for (const auto& [name, parameter] : rsa_public) jwk[name] = encode_base64url(number(key, parameter));
  if (!is_private) return jwk;
  for (const auto& [name, parameter] : rsa_private) jwk[name] = encode_base64url(number(key, parameter));
  return jwk;
}

base::Result<json, std::string> ec_jwk(const EVP_PKEY* key, bool is_private) {
  struct Curve {
    const char* openssl;
    const char* jwk;
    std::size_t bytes;
  };
  constexpr std::array<Curve, 3> curves = {
      {{"prime256v1", "P-256", 32}, {"secp384r1", "P-384", 48}, {"secp521r1", "P-521", 66}}};
  std::array<char, 64> group{};
  std::size_t length = 0;
  EVP_PKEY_get_group_name(key, group.data(), group.size(), &length);
  const auto* curve = std::ranges::find(curves, std::string_view(group.data(), length), &Curve::openssl);
  if (curve == curves.end())
    return unusable_pem("its curve is not supported; supported are P-256, P-384 and P-521");
  json jwk = {{"kty", "EC"},
              {"crv", curve->jwk},
              {"x", encode_base64url(number(key, OSSL_PKEY_PARAM_EC_PUB_X, curve->bytes))},
              {"y", encode_base64url(number(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve->bytes))}};
  if (is_private) jwk["d"] = encode_base64url(number(key, OSSL_PKEY_PARAM_PRIV_KEY, curve->bytes));
  return base::success(std::move(jwk));
}

json okp_jwk(const EVP_PKEY* key, bool is_private) {
  const auto bytes = [&](auto read) {
    std::array<unsigned char, ed25519_key_bytes> raw{};
    auto size = raw.size();
    read(key, raw.data(), &size);
    return encode_base64url({reinterpret_cast<const char*>(raw.data()), size});
  };
  json jwk = {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", bytes(EVP_PKEY_get_raw_public_key)}};
  if (is_private) jwk["d"] = bytes(EVP_PKEY_get_raw_private_key);
  return jwk;
}

base::Result<json, std::string> read(std::string_view pem, bool is_private) {
  if (pem.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return unusable_pem("is too large");
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Owned<EVP_PKEY> key(is_private ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)
                                       : PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr));
  // OpenSSL keeps errors for the next caller on this thread.
  ERR_clear_error();
  if (!key) {
    return unusable_pem(is_private ? "holds no private key in PEM that can be read without a passphrase"
                                   : "holds no public key in PEM");
  }
  if (EVP_PKEY_is_a(key.get(), "RSA") == 1) return base::success(rsa_jwk(key.get(), is_private));
  if (EVP_PKEY_is_a(key.get(), "EC") == 1) return ec_jwk(key.get(), is_private);
  if (EVP_PKEY_is_a(key.get(), "ED25519") == 1) return base::success(okp_jwk(key.get(), is_private));
  return unusable_pem("is not a key for RSA, an elliptic curve of NIST or Ed25519");
}

}  // namespace

base::Result<json, std::string> jwk_of_public_pem(std::string_view pem) {
  constexpr auto found = std::string_view::npos;
  if (pem.find("PRIVATE KEY-----") != found) {
    return unusable_pem(
        "holds a private key, which only the issuer should have; write its public key to the file: "
        "openssl pkey -in FILE -pubout");
  }
  if (pem.find("BEGIN CERTIFICATE-----") != found)
    return unusable_pem(
        "holds a certificate; write its public key to the file: openssl x509 -in FILE -noout -pubkey");
  return read(pem, false);
}

base::Result<json, std::string> jwk_of_private_pem(std::string_view pem) { return read(pem, true); }

}  // namespace worker::access
