// AuthorizationDetails: the claim `authorization_details` (RFC 9396) of a token, as far as it is of the
// Mercure protocol 1.0. Pure.
//
//   [{"type": "https://mercure.rocks/authorization-detail", "actions": ["subscribe"],
//     "topics": [{"match": "https://example.com/books/:id", "match_type": "urlpattern"}], "payload": {}}]
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "access/grant.hpp"
#include "access/settings.hpp"
#include "access/token_refusal.hpp"
#include "base/result.hpp"
#include "log/selectors.hpp"
#include "log/template_cache.hpp"

namespace worker::access {

struct AuthorizationDetails {
  log::Selectors subscribe, publish;
  /// Of the details for subscribers, in their order; empty where none of them has one.
  std::vector<Grant::Payload> payloads;
};

/// Whether the claims have a detail of Mercure, so that the token is one of 1.0. Fails where the claim is no
/// list of objects.
base::Result<bool, TokenRefusal> has_mercure_details(const nlohmann::json& claims);

/// Details of other types are left out. As the specification asks, one that is wrong makes all of the token
/// wrong: a selector, its type, a list that is empty or over the bounds of `rules`. Actions that are not
/// known grant nothing. Null for `templates`: URL patterns are refused.
base::Result<AuthorizationDetails, TokenRefusal> parse_mercure_details(const nlohmann::json& claims,
                                                                       const ClaimRules& rules,
                                                                       log::TemplateCache* templates);

}  // namespace worker::access
