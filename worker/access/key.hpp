// Key: one key that tokens are verified with, or signed with. A value; copies share the key itself. It has
// one algorithm, which its owner chose: a token cannot choose another.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "access/algorithm.hpp"
#include "access/ed25519.hpp"
#include "access/jose.hpp"
#include "base/result.hpp"

namespace worker::access {

/// RSA keys with more bits only cost time: a verification takes as long as the square of them.
inline constexpr std::size_t rsa_bits_min = 2'048;
inline constexpr std::size_t rsa_bits_max = 8'192;

struct Key {
  Algorithm algorithm = Algorithm::hs256;
  /// `kid`; empty: none.
  std::string id;
  /// Where it comes from, for people: a file, a JSON pointer in it, a line of the configuration. Never the
  /// key.
  std::string source;
  /// Null for EdDSA.
  JoseKey handle{};
  /// Of EdDSA; else null.
  Ed25519Key ed25519{};
};

/// What part of a key is wanted.
enum class KeyUse { verify, sign };

/// The functions below fail with the end of a sentence that begins with where the key comes from; it repeats
/// nothing of the key.
using KeyResult = base::Result<Key, std::string>;

/// For HS256, HS384 and HS512. The secret must have as many bytes as the hash.
KeyResult secret_key(std::string_view secret, std::optional<Algorithm> algorithm);

/// A JWK (RFC 7517). Its `alg` wins over none; `algorithm` is for a key without one, and must not contradict
/// it. For KeyUse::verify only the public members are read.
KeyResult jwk_key(const nlohmann::json& jwk, std::optional<Algorithm> algorithm, KeyUse use);

/// A public key (`BEGIN PUBLIC KEY`), or for KeyUse::sign a private one without a passphrase.
KeyResult pem_key(std::string_view pem, std::optional<Algorithm> algorithm, KeyUse use);

/// `payload` signed as a compact JWS; nothing where the key cannot sign, as a public one. `header` is a JSON
/// object with the `alg` of the key.
std::optional<std::string> sign(const std::string& header, std::string_view payload, const Key& key);

}  // namespace worker::access
