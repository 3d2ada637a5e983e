#include "access/key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <utility>
#include <vector>

#include "access/pem.hpp"
#include "access/strict_json.hpp"

namespace worker::access {
namespace {

using nlohmann::json;

auto unusable_key(std::string sentence) { return base::failure(std::move(sentence)); }

using Checked = base::Result<void, std::string>;

// The bytes of a member in base64url; empty where there is none.
std::string member_bytes(const json& jwk, const char* name) {
  const auto* text = string_member(jwk, name);
  return text == nullptr ? std::string() : decode_base64url(*text).value_or("");
}

std::size_t bits_of(std::string_view number) {
  const auto first = std::min(number.find_first_not_of('\0'), number.size());
  number.remove_prefix(first);
  if (number.empty()) return 0;
  return 8 * (number.size() - 1) +
         static_cast<std::size_t>(std::bit_width(static_cast<unsigned char>(number.front())));
}

Checked check_secret_bytes(std::size_t bytes, Algorithm algorithm) {
  if (bytes >= hash_bytes_of(algorithm)) return base::success();
  return unusable_key(
      fmt::format("the secret has {} bytes; {} needs at least {}. `openssl rand -base64 {}` makes one", bytes,
                  name_of(algorithm), hash_bytes_of(algorithm), hash_bytes_of(algorithm)));
}

Checked check_rsa(const json& jwk) {
  const auto modulus = member_bytes(jwk, "n");
  const auto exponent = member_bytes(jwk, "e");
  if (modulus.empty() || exponent.empty()) return unusable_key("the RSA key has no valid `n` and `e`");
  const auto bits = bits_of(modulus);
  if (bits < rsa_bits_min)
    return unusable_key(fmt::format("the RSA key has {} bits; at least {} are required", bits, rsa_bits_min));
  if (bits > rsa_bits_max)
    return unusable_key(fmt::format("the RSA key has {} bits; at most {} are allowed", bits, rsa_bits_max));
  // An exponent of 1 accepts any signature, an even one is no key, and a long one makes verifying slow.
  const auto exponent_bits = bits_of(exponent);
  const bool odd = (static_cast<unsigned char>(exponent.back()) & 1U) != 0;
  if (exponent_bits < 2 || exponent_bits > 32 || !odd)
    return unusable_key("the RSA key has an exponent that is not allowed");
  return base::success();
}

Checked check_curve(const json& jwk, Algorithm algorithm) {
  const auto [name, bytes] = curve_of(algorithm);
  const auto* curve = string_member(jwk, "crv");
  if (curve == nullptr || *curve != name)
    return unusable_key(
        fmt::format("{} needs a key on the curve {}, and this key is on another", name_of(algorithm), name));
  if (member_bytes(jwk, "x").size() != bytes || member_bytes(jwk, "y").size() != bytes)
    return unusable_key(fmt::format("the EC key needs `x` and `y` of {} bytes each", bytes));
  return base::success();
}

// `kty`, where it is one that the worker has.
std::optional<KeyKind> kind_in(const json& jwk) {
  const auto* kind = string_member(jwk, "kty");
  if (kind == nullptr) return std::nullopt;
  if (*kind == "RSA") return KeyKind::rsa;
  if (*kind == "EC") return KeyKind::ec;
  if (*kind == "OKP") return KeyKind::okp;
  if (*kind == "oct") return KeyKind::secret;
  return std::nullopt;
}

constexpr std::string_view ed25519_curve = "Ed25519";

// A curve has one algorithm; the other kinds of keys have several.
std::optional<Algorithm> only_algorithm(const json& jwk, KeyKind kind) {
  const auto* curve = string_member(jwk, "crv");
  if (kind == KeyKind::okp) {
    return curve != nullptr && *curve == ed25519_curve ? std::optional(Algorithm::eddsa) : std::nullopt;
  }
  for (const auto each : {Algorithm::es256, Algorithm::es384, Algorithm::es512}) {
    if (curve != nullptr && *curve == curve_of(each).name) return each;
  }
  return std::nullopt;
}

base::Result<Algorithm, std::string> key_algorithm(const json& jwk, KeyKind kind,
                                                   std::optional<Algorithm> configured) {
  if (jwk.contains("alg")) {
    const auto* name = string_member(jwk, "alg");
    const auto named = name == nullptr ? std::nullopt : algorithm_named(*name);
    if (!named) return unusable_key("its `alg` is not supported");
    if (kind_of(*named) != kind)
      return unusable_key(fmt::format("its `alg` {} does not fit its `kty`", name_of(*named)));
    return *named;
  }
  if (configured) {
    if (kind_of(*configured) != kind)
      return unusable_key(
          fmt::format("it is not a key for {}, the configured `algorithm`", name_of(*configured)));
    return *configured;
  }
  if (kind == KeyKind::ec || kind == KeyKind::okp) {
    if (const auto only = only_algorithm(jwk, kind)) return *only;
    return unusable_key("its curve is not supported; supported are P-256, P-384, P-521 and Ed25519");
  }
  return unusable_key(kind == KeyKind::rsa
                          ? "it fits several algorithms; configure `algorithm`, such as RS256"
                          : "it fits several algorithms; configure `algorithm`, such as HS256");
}

constexpr const char* public_only = "it is a public key; a private one is needed to sign";

KeyResult okp_key(const json& jwk, KeyUse use) {
  const auto* curve = string_member(jwk, "crv");
  if (curve == nullptr || *curve != ed25519_curve)
    return unusable_key("EdDSA needs a key on the curve Ed25519, and this key is on another");
  const auto open = member_bytes(jwk, "x");
  if (open.size() != ed25519_key_bytes)
    return unusable_key(fmt::format("the OKP key needs `x` of {} bytes", ed25519_key_bytes));
  const auto hidden = member_bytes(jwk, "d");
  if (use == KeyUse::sign && hidden.empty()) return unusable_key(public_only);
  auto key = use == KeyUse::sign ? import_ed25519_private(hidden) : import_ed25519_public(open);
  if (!key) return unusable_key("its numbers are not those of a key");
  return Key{.algorithm = Algorithm::eddsa, .ed25519 = std::move(key)};
}

// Only what is needed and is base64url: libcjose ends the process for some texts that are not.
json needed_members(const json& jwk, KeyKind kind, KeyUse use) {
  static constexpr std::array public_names = {"kty", "n", "e", "crv", "x", "y"};
  static constexpr std::array private_names = {"d", "p", "q", "dp", "dq", "qi"};
  json needed;
  const auto copy = [&](const char* name) {
    const auto* text = string_member(jwk, name);
    const bool is_word = std::string_view(name) == "kty" || std::string_view(name) == "crv";
    if (text != nullptr && (is_word || decode_base64url(*text))) needed[name] = *text;
  };
  std::ranges::for_each(public_names, copy);
  if (use == KeyUse::sign) std::ranges::for_each(private_names, copy);
  if (kind == KeyKind::secret) copy("k");
  return needed;
}

}  // namespace

KeyResult secret_key(std::string_view secret, std::optional<Algorithm> algorithm) {
  if (!algorithm) return unusable_key("a secret needs `algorithm`: HS256, HS384 or HS512");
  if (kind_of(*algorithm) != KeyKind::secret)
    return unusable_key(
        fmt::format("a secret is a key for HS256, HS384 and HS512, not for {}", name_of(*algorithm)));
  BOOST_OUTCOME_TRY(check_secret_bytes(secret.size(), *algorithm));
  auto handle = import_secret(secret);
  if (!handle) return unusable_key("the secret cannot be used");
  return Key{.algorithm = *algorithm, .handle = std::move(handle)};
}

KeyResult jwk_key(const json& jwk, std::optional<Algorithm> configured, KeyUse use) {
  const auto kind = kind_in(jwk);
  if (!kind) return unusable_key("its `kty` is not supported; supported are RSA, EC, OKP and oct");
  BOOST_OUTCOME_TRY(algorithm, key_algorithm(jwk, *kind, configured));
  if (kind == KeyKind::secret) {
    BOOST_OUTCOME_TRY(check_secret_bytes(member_bytes(jwk, "k").size(), algorithm));
  }
  if (kind == KeyKind::rsa) {
    BOOST_OUTCOME_TRY(check_rsa(jwk));
  }
  if (kind == KeyKind::ec) {
    BOOST_OUTCOME_TRY(check_curve(jwk, algorithm));
  }
  const auto* id = string_member(jwk, "kid");
  if (kind == KeyKind::okp) {
    BOOST_OUTCOME_TRY(key, okp_key(jwk, use));
    if (id != nullptr) key.id = *id;
    return std::move(key);
  }
  if (use == KeyUse::sign && kind != KeyKind::secret && member_bytes(jwk, "d").empty())
    return unusable_key(public_only);
  auto handle = import_jwk(needed_members(jwk, *kind, use).dump());
  if (!handle) return unusable_key("its numbers are not those of a key");
  return Key{.algorithm = algorithm, .id = id == nullptr ? std::string() : *id, .handle = std::move(handle)};
}

KeyResult pem_key(std::string_view pem, std::optional<Algorithm> algorithm, KeyUse use) {
  if (algorithm && kind_of(*algorithm) == KeyKind::secret) {
    return unusable_key(
        fmt::format("it holds a public key, and {} needs a secret: whoever knows the public key could sign",
                    name_of(*algorithm)));
  }
  BOOST_OUTCOME_TRY(jwk, use == KeyUse::sign ? jwk_of_private_pem(pem) : jwk_of_public_pem(pem));
  return jwk_key(jwk, algorithm, use);
}

std::optional<std::string> sign(const std::string& header, std::string_view payload, const Key& key) {
  if (!key.ed25519) return sign(header, payload, key.handle);
  auto text = encode_base64url(header).append(1, '.').append(encode_base64url(payload));
  const auto signature = sign_ed25519(text, key.ed25519);
  if (!signature) return std::nullopt;
  return std::move(text.append(1, '.').append(encode_base64url(*signature)));
}

}  // namespace worker::access
