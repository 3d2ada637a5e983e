// Jose: the only user of libcjose: keys, signatures, base64url. EdDSA, which it does not have, is in
// ed25519.hpp. From every thread: libcjose does not change a
// key that it verifies with. libcjose trusts its caller in places (a short HMAC signature is read past its
// end, ES256 works with any curve, a `=` at a wrong place fails an assertion), so the callers check lengths,
// alphabets and kinds before they call it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

// NOLINTNEXTLINE(bugprone-reserved-identifier): libcjose calls it so
struct _cjose_jwk_int;

namespace worker::access {

/// A key inside libcjose. Copies share it; its own counter is not atomic, so only shared_ptr counts.
using JoseKey = std::shared_ptr<const _cjose_jwk_int>;

/// The key of a JWK (RFC 7517); null where libcjose does not take it.
JoseKey import_jwk(const std::string& jwk);

/// A secret of any bytes; it must not be empty.
JoseKey import_secret(std::string_view secret);

/// True where `key` made the signature of `token`. Its `alg` must be the one of the key, and its parts and
/// the length of its signature must have been checked (compact_token.hpp).
bool verify_signature(std::string_view token, const JoseKey& key);

/// `payload` signed as a compact JWS; nothing where the key cannot sign, as a public one. `header` is a JSON
/// object with `alg`.
std::optional<std::string> sign(const std::string& header, std::string_view payload, const JoseKey& key);

/// Nothing for characters outside the alphabet, for padding, for an impossible length, and for a last
/// character with unused bits set: so that every value has one form.
std::optional<std::string> decode_base64url(std::string_view text);

std::string encode_base64url(std::string_view bytes);

}  // namespace worker::access
