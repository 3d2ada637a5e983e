// ResumeTokens: the tokens in resume addresses, with which a client that was handed over comes back without
// its application. Signs and verifies; all workers of a site have the same key. Thread-safe: all loops share
// it. Neither waits for anything nor does I/O; signing takes about 10 µs of CPU time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "access/token_verifier.hpp"

namespace worker::access {

struct ResumeToken {
  std::string text;
  /// The first second in which it is no longer valid.
  std::chrono::sys_seconds expires;
};

class ResumeTokens {
 public:
  /// What such a token has to say. Its audience keeps it and tokens of readers apart, also where both have
  /// the same key. There is no leeway at its end, so that no grant outlives itself.
  static ClaimRules rules();

  /// Without keys it signs nothing and refuses everything.
  ResumeTokens();

  bool has_key() const { return verifier_.has_keys(); }
  /// Where the key is set: TokenVerifier::set_keys().
  TokenVerifier& verifier() { return verifier_; }

  /// A token for what `grant` may read, and its subject, that is valid for `lifetime`, or until the grant
  /// ends if that is earlier. Also valid on machines whose clocks are up to a minute behind. None without a
  /// key, and where the token would exceed token_bytes_max.
  std::optional<ResumeToken> sign(const Grant& grant, std::chrono::seconds lifetime,
                                  base::WallTime now) const;
  /// What the token grants; it expires with the token.
  TokenVerifier::Verified verify(std::string_view token, base::WallTime now) const {
    return verifier_.verify(token, now);
  }

 private:
  TokenVerifier verifier_;
};

}  // namespace worker::access
