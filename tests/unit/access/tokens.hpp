// Tokens: what the tests of this room sign, and with what.
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "access/claims.hpp"
#include "access/jose.hpp"
#include "access/key.hpp"
#include "access/key_set.hpp"
#include "access/token_verifier.hpp"

namespace worker::access {

using nlohmann::json;

/// The moment of all tests: 2026-11-22T07:20:00Z.
inline constexpr std::chrono::sys_seconds test_now{std::chrono::seconds(1'795'332'000)};
inline base::WallTime test_wall() { return test_now; }
inline long long seconds_of(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

inline const std::string test_secret(64, 's');

inline Key test_key(Algorithm algorithm = Algorithm::hs256, const std::string& secret = test_secret,
                    std::string id = {}) {
  auto key = secret_key(secret, algorithm).value();
  key.id = std::move(id);
  return key;
}

/// Claims that are good for an hour.
inline json good_claims() {
  return {{"sub", "alice"},
          {"exp", seconds_of(test_now) + 3'600},
          {"sse", {{"subscribe", {"chat/42", "news/*"}}, {"publish", {"chat/42"}}}}};
}

/// Any bytes as `header.payload`, with the HMAC that HS256 has, by OpenSSL: only what the bytes say can be
/// wrong.
inline std::string signed_parts(const std::string& header, const std::string& payload,
                                const std::string& secret = test_secret) {
  const auto input = encode_base64url(header) + "." + encode_base64url(payload);
  std::string mac(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  if (::HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
             reinterpret_cast<const unsigned char*>(input.data()), input.size(),
             reinterpret_cast<unsigned char*>(mac.data()), &size) == nullptr)
    throw std::runtime_error("HMAC");
  return input + "." + encode_base64url(mac.substr(0, size));
}

inline std::string with_header(const std::string& header) {
  return signed_parts(header, good_claims().dump());
}
inline std::string with_payload(const std::string& payload) {
  return signed_parts(R"({"alg":"HS256","typ":"JWT"})", payload);
}

inline std::string signed_token(const json& claims, const Key& key = test_key()) {
  json header = {{"alg", name_of(key.algorithm)}, {"typ", "JWT"}};
  if (!key.id.empty()) header["kid"] = key.id;
  if (auto token = sign(header.dump(), claims.dump(), key)) return *token;
  throw std::runtime_error("cannot sign");
}

/// A new pair for `algorithm`, as PEM: private, public.
struct PemPair {
  std::string private_pem, public_pem;
};

inline PemPair new_pair(EVP_PKEY* made) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(made, EVP_PKEY_free);
  const auto text = [](BIO* bio) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio, &data);
    std::string pem(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return pem;
  };
  BIO* hidden = BIO_new(BIO_s_mem());
  BIO* open = BIO_new(BIO_s_mem());
  if (key == nullptr ||
      PEM_write_bio_PrivateKey(hidden, key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_PUBKEY(open, key.get()) != 1)
    throw std::runtime_error("cannot make a key");
  return {text(hidden), text(open)};
}

inline PemPair new_ec_pair(const char* curve) { return new_pair(EVP_EC_gen(curve)); }
inline PemPair new_rsa_pair(unsigned bits = 2'048) { return new_pair(EVP_RSA_gen(bits)); }

inline PemPair new_ed25519_pair() { return new_pair(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

inline PemPair new_pair_for(Algorithm algorithm) {
  if (kind_of(algorithm) == KeyKind::rsa) return new_rsa_pair();
  if (kind_of(algorithm) == KeyKind::okp) return new_ed25519_pair();
  return new_ec_pair(std::string(curve_of(algorithm).name).c_str());
}

/// Which kind of refusal, as a number that a test can print; -1: accepted.
inline int reason_of(const TokenVerifier& verifier, const std::string& token) {
  const auto verified = verifier.verify(token, test_wall());
  return verified ? -1 : static_cast<int>(verified.error().reason);
}

}  // namespace worker::access
