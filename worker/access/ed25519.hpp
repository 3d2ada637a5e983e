// Ed25519: the keys and signatures of EdDSA (RFC 8032, RFC 8037), which libcjose does not have. OpenSSL makes
// and verifies them. From every thread: a key never changes.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

// NOLINTNEXTLINE(bugprone-reserved-identifier): OpenSSL calls it so
struct evp_pkey_st;

namespace worker::access {

inline constexpr std::size_t ed25519_key_bytes = 32;
inline constexpr std::size_t ed25519_signature_bytes = 64;

/// Copies share it.
using Ed25519Key = std::shared_ptr<evp_pkey_st>;

/// Of ed25519_key_bytes bytes; null where OpenSSL does not take them.
Ed25519Key import_ed25519_public(std::string_view bytes);
/// The same of the private key, which is what RFC 8037 has in `d`.
Ed25519Key import_ed25519_private(std::string_view bytes);

/// True where `key` made `signature` of `text`.
bool verify_ed25519(std::string_view text, std::string_view signature, const Ed25519Key& key);

/// The signature of `text`; nothing where the key is a public one.
std::optional<std::string> sign_ed25519(std::string_view text, const Ed25519Key& key);

}  // namespace worker::access
