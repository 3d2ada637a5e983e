// Claims: the payload of a token whose signature is good, as a grant. Whatever it says in a way that is not
// understood grants nothing. Pure.
//
//   {"sub": "alice", "exp": 1785000000, "sse": {"subscribe": ["chat/42", "news/*"], "publish": [], "control":
//   false}}
//
// Beside `sse`, or in its place, `mercure` may hold `subscribe` and `publish`, as hubs of that protocol read
// them: names, URI templates, and `*`. Of version 1.0 of that protocol are `authorization_details`
// (authorization_details.hpp).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/grant.hpp"
#include "access/settings.hpp"
#include "access/token_refusal.hpp"
#include "base/result.hpp"
#include "log/template_cache.hpp"

namespace worker::access {

/// `exp`, `nbf` and `iat` in whole seconds: rounded so that the token is valid for no longer than it says.
struct TimeClaims {
  std::optional<std::chrono::sys_seconds> expires, not_before, issued;

  bool operator==(const TimeClaims&) const = default;
};

struct Claims {
  Grant grant;
  TimeClaims times;
  /// What a token says and the worker leaves out, in sentences with names of topics: URI templates, unknown
  /// members.
  std::vector<std::string> notices;
};

/// Checks everything but the times, which change their meaning while a token is cached.
/// Without `templates`, URI templates of a claim `mercure` are left out. A token with details of Mercure must
/// be what RFC 9068 calls an access token: `is_access_token` says that its header does. So must one
/// whose header does, where the rules have a resource.
base::Result<Claims, TokenRefusal> parse_claims(std::string_view payload, const ClaimRules& rules,
                                                log::TemplateCache* templates = nullptr,
                                                bool is_access_token = false);

/// Why the token is not valid at `now`.
std::optional<TokenRefusal> time_problem(const TimeClaims& times, const ClaimRules& rules,
                                         std::chrono::sys_seconds now);

}  // namespace worker::access
