// TokenSigner: makes tokens, for `sse-worker token` and for tests. Pure. A worker that serves signs nothing.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "access/key.hpp"
#include "access/settings.hpp"
#include "base/result.hpp"

namespace worker::access {

struct TokenRequest {
  std::vector<std::string> subscribe, publish;
  bool control = false;
  /// Empty: no `sub`.
  std::string subject;
  std::chrono::seconds lifetime{3'600};
};

struct SignedToken {
  std::string text;
};

/// A token that a verifier with `rules` and this key accepts from `now` on. Fails with a sentence where it
/// would refuse it.
base::Result<SignedToken, std::string> sign_token(const Key& key, const TokenRequest& request,
                                                  const ClaimRules& rules, std::chrono::sys_seconds now);

}  // namespace worker::access
