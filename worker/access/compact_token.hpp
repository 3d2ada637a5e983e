// CompactToken: a signed JSON Web Token in compact form (RFC 7515, section 7.1; RFC 7519), split and with its
// header checked. Its signature is not verified and its claims are not read. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "access/algorithm.hpp"
#include "access/token_refusal.hpp"
#include "base/result.hpp"

namespace worker::access {

/// Longer tokens are refused unread. Web servers accept header lines of about this size.
inline constexpr std::size_t token_bytes_max = 8'192;

struct CompactToken {
  /// All of it, as it was given: borrowed.
  std::string_view text;
  Algorithm algorithm = Algorithm::hs256;
  /// `typ` says that it is an access token: `at+jwt` (RFC 9068, section 2.1).
  bool is_access_token = false;
  /// `kid`
  std::optional<std::string> key_id;
  /// In base64url, of valid characters: borrowed.
  std::string_view payload;
  /// The bytes of the signature.
  std::size_t signature_bytes = 0;
};

/// Refuses what is not three parts in canonical base64url, and headers that say anything about keys,
/// extensions or types that the worker does not support.
base::Result<CompactToken, TokenRefusal> parse_compact_token(std::string_view token);

}  // namespace worker::access
