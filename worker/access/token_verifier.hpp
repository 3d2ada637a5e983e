// TokenVerifier: tokens to grants. The readers have one and the publishers have one, each with its own keys
// and rules. Thread-safe: all loops share it. Neither waits for anything nor does I/O; an ES256
// signature takes 60 µs of CPU time (RS256 26, ES384 590), a known token 0.5 µs.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "access/compact_token.hpp"
#include "access/grant.hpp"
#include "access/key_set.hpp"
#include "access/settings.hpp"
#include "access/token_cache.hpp"
#include "access/token_refusal.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "log/template_cache.hpp"

namespace worker::access {

/// How much is remembered of verified tokens.
struct TokenCacheBounds {
  std::size_t entries_max = 20'000;
  std::size_t bytes_max = 33'554'432;
};

class TokenVerifier {
 public:
  using Verified = base::Result<std::shared_ptr<const Grant>, TokenRefusal>;

  /// Without keys every token is refused.
  /// `templates` is borrowed; without it URI templates of tokens grant nothing.
  explicit TokenVerifier(KeySet keys = {}, ClaimRules rules = {}, TokenCacheBounds bounds = {},
                         log::TemplateCache* templates = nullptr);

  /// `now` is wall-clock time. What a token grants is the same object for every caller until it leaves the
  /// cache.
  Verified verify(std::string_view token, base::WallTime now) const;

  /// From the next call of verify() on. What was verified before counts no longer, so a key that was removed
  /// opens nothing. Grants that were given out stay as they are: end their streams, or let them run until
  /// they expire.
  void set(KeySet keys, ClaimRules rules);
  /// The same, with the rules as they are.
  void set_keys(KeySet keys);

  /// Whether any key is configured.
  bool has_keys() const { return !state()->keys.empty(); }
  /// The first key; it can sign where it is a secret. None without keys.
  std::optional<Key> signing_key() const;

 private:
  // Everything that a verification depends on. The cache belongs to the keys: a verification that began with
  // the old ones can only add to the cache that nobody asks any more.
  struct State {
    State(KeySet keys_given, ClaimRules rules_given, TokenCacheBounds bounds)
        : keys(std::move(keys_given)),
          rules(std::move(rules_given)),
          cache(bounds.entries_max, bounds.bytes_max) {}

    const KeySet keys;
    const ClaimRules rules;
    mutable TokenCache cache;
  };

  std::shared_ptr<const State> state() const;

  const TokenCacheBounds bounds_;
  log::TemplateCache* const templates_;  // null: none
  mutable std::mutex mutex_;
  std::shared_ptr<const State> state_;  // guarded by mutex_
};

/// The payload of `token` if a key of `keys` made its signature; `used`, where it is given, is then that key.
base::Result<std::string, TokenRefusal> verified_payload(const CompactToken& token, const KeySet& keys,
                                                         const Key** used = nullptr);

}  // namespace worker::access
