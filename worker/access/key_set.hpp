// KeySet: the keys that a verifier accepts. A value, shared as immutable; from every thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/key.hpp"

namespace worker::access {

/// Signatures that one token may cost.
inline constexpr std::size_t key_tries_max = 10;
/// Keys of one JWK set; more are refused at load.
inline constexpr std::size_t keys_max = 100;

class KeySet {
 public:
  KeySet() = default;
  explicit KeySet(std::vector<Key> keys) : keys_(std::move(keys)) {}

  bool empty() const { return keys_.empty(); }
  const std::vector<Key>& keys() const { return keys_; }

  /// The keys to try for a token, at most key_tries_max: those with its algorithm, and its `kid` if it has
  /// one. Where no key has this `kid`, those without one. Empty: none fits.
  std::vector<const Key*> candidates(Algorithm algorithm, const std::optional<std::string>& key_id) const;

 private:
  std::vector<Key> keys_;
};

/// What became of a JWK set.
struct LoadedKeys {
  std::vector<Key> keys;
  /// Keys that were left out, each with its JSON pointer.
  std::vector<std::string> warnings;
};

/// The public keys of a JWK set (RFC 7517, section 5), or of a single JWK. Keys for other uses, private ones
/// and those that are not supported are left out with a warning. Fails where none is left, with a sentence
/// that begins with `file`.
base::Result<LoadedKeys, std::string> parse_key_set(std::string_view json, std::optional<Algorithm> algorithm,
                                                    const std::string& file);

}  // namespace worker::access
