// SelectorClaims: the claims `sse` and `mercure` of a token, as selectors. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "access/settings.hpp"
#include "access/token_refusal.hpp"
#include "base/result.hpp"
#include "log/selectors.hpp"

namespace worker::access {

struct SelectorClaims {
  log::Selectors subscribe, publish;
  bool control = false;
  std::vector<std::string> notices;
};

/// Fails where a list is wrong or over a bound of `rules`. In `sse`, `orders/*` is a pattern. In `mercure`
/// only `*` is one: other selectors with a star at their end are names in that protocol, which the worker
/// cannot tell from patterns, and URI templates are not supported. Both are left out, with a notice.
base::Result<SelectorClaims, TokenRefusal> parse_selector_claims(const nlohmann::json& claims,
                                                                 const ClaimRules& rules);

}  // namespace worker::access
