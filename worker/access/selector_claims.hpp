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
  std::string payload;
  std::vector<std::string> notices;
};

/// Fails where a list is wrong or over a bound of `rules`, or where `templates` is full. In `sse`, `orders/*`
/// is a pattern. In `mercure` only `*` is one: other selectors are names or URI templates. What is no valid
/// template is left out, with a notice; so are all templates, and names that look like patterns, where
/// `templates` is null.
base::Result<SelectorClaims, TokenRefusal> parse_selector_claims(const nlohmann::json& claims,
                                                                 const ClaimRules& rules,
                                                                 log::TemplateCache* templates);

}  // namespace worker::access
