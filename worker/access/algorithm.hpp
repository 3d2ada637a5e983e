// Algorithm: the signature algorithms of JSON Web Tokens that the worker verifies (RFC 7518, section 3). A
// value. `none` is not among them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace worker::access {

enum class Algorithm : std::uint8_t {
  hs256,
  hs384,
  hs512,
  rs256,
  rs384,
  rs512,
  ps256,
  ps384,
  ps512,
  es256,
  es384,
  es512,
  eddsa,  // with Ed25519
};

/// `okp`: an octet key pair, as RFC 8037 calls the keys of EdDSA.
enum class KeyKind : std::uint8_t { secret, rsa, ec, okp };

/// In the order of the values.
inline constexpr std::array<std::string_view, 13> algorithm_names = {
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256",
    "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"};

constexpr std::string_view name_of(Algorithm algorithm) {
  return algorithm_names[static_cast<std::size_t>(algorithm)];
}

/// By its exact name; names are case-sensitive (RFC 7515, section 4.1.1).
constexpr std::optional<Algorithm> algorithm_named(std::string_view name) {
  const auto* found = std::ranges::find(algorithm_names, name);
  if (found == algorithm_names.end()) return std::nullopt;
  return static_cast<Algorithm>(found - algorithm_names.begin());
}

constexpr KeyKind kind_of(Algorithm algorithm) {
  if (algorithm <= Algorithm::hs512) return KeyKind::secret;
  if (algorithm <= Algorithm::ps512) return KeyKind::rsa;
  return algorithm <= Algorithm::es512 ? KeyKind::ec : KeyKind::okp;
}

/// Bytes of the hash, but for EdDSA. A secret must not have fewer (RFC 7518, section 3.2).
constexpr std::size_t hash_bytes_of(Algorithm algorithm) {
  constexpr std::array<std::size_t, 3> bytes = {32, 48, 64};
  return bytes[static_cast<std::size_t>(algorithm) % bytes.size()];
}

/// Of an elliptic curve: its name in a JWK, and the bytes of one coordinate.
struct Curve {
  std::string_view name;
  std::size_t bytes;
};

/// Of ES256, ES384 and ES512.
constexpr Curve curve_of(Algorithm algorithm) {
  constexpr std::array<Curve, 3> curves = {{{"P-256", 32}, {"P-384", 48}, {"P-521", 66}}};
  return curves[static_cast<std::size_t>(algorithm) % curves.size()];
}

}  // namespace worker::access
