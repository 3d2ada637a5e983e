// What an operator can set about access by tokens. Plain values; config/ reads them, defaults are the shipped
// ones.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "access/algorithm.hpp"

namespace worker::access {

/// One entry of `keys`: where a key, or a set of them, comes from.
struct KeySource {
  enum class Kind { secret, secret_file, public_key_file, jwks_file };

  Kind kind = Kind::secret;
  /// The secret itself, or the path of a file.
  std::string value;
  /// Required for secrets and RSA keys. Of a key set: the algorithm of its keys that name none.
  std::optional<Algorithm> algorithm;
  /// The `kid` of tokens that are signed with this key; empty: none. Not for key sets.
  std::string id;
  /// `FILE:LINE:COLUMN: KEY`, for messages.
  std::string place;

  bool operator==(const KeySource&) const = default;
};

/// What access tokens say of where they count (RFC 9068).
struct Resource {
  std::string audience, issuer;

  bool operator==(const Resource&) const = default;
};

/// What the claims of a token must be.
struct ClaimRules {
  /// `aud` must contain it. Empty: the token must have no `aud`, because it is then meant for somebody else.
  std::string audience;
  /// `iss` must be it; empty: `iss` is not looked at.
  std::string issuer;
  /// The same of tokens of the Mercure protocol 1.0, where those above are empty. They must have both, so
  /// they are refused where one is empty here, too.
  Resource resource{};
  /// How much the clocks of the issuer and of this machine may differ, 0 to 10 minutes.
  std::chrono::seconds leeway{60};
  /// The longest time from `iat`, or from now where there is none, to `exp`; 0: any.
  std::chrono::seconds lifetime_max{0};
  bool expiry_required = true;
  /// Selectors in all lists for reading together, and in those for publishing.
  std::size_t topics_max = 100;
  std::size_t topic_bytes_max = 1'024;

  bool operator==(const ClaimRules&) const = default;
};

struct TokenSettings {
  /// Empty: no tokens are used.
  std::vector<KeySource> keys;
  ClaimRules rules;

  bool operator==(const TokenSettings&) const = default;
};

struct Settings {
  TokenSettings readers, publishers;
  /// A cookie that may hold a reader's token; empty: none.
  std::string cookie;
  /// What signs resume addresses: a secret in a file, for HS256. None: there are no such addresses.
  std::optional<KeySource> resume_key;

  /// Of readers, of publishers, of resume addresses.
  std::array<std::vector<KeySource>, 3> key_sources() const {
    std::vector<KeySource> resume;
    if (resume_key) resume.push_back(*resume_key);
    return {readers.keys, publishers.keys, std::move(resume)};
  }

  bool operator==(const Settings&) const = default;
};

}  // namespace worker::access
