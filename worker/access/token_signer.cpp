#include "access/token_signer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "access/claims.hpp"
#include "access/compact_token.hpp"
#include "base/utf8.hpp"

namespace worker::access {

base::Result<SignedToken, std::string> sign_token(const Key& key, const TokenRequest& request,
                                                  const ClaimRules& rules, std::chrono::sys_seconds now) {
  using nlohmann::json;
  for (const auto* list : {&request.subscribe, &request.publish}) {
    if (!std::ranges::all_of(*list, [](const auto& each) { return base::is_utf8(each); }))
      return base::failure(std::string("a topic is not valid UTF-8"));
  }
  if (!base::is_utf8(request.subject)) return base::failure(std::string("the subject is not valid UTF-8"));
  const auto seconds = now.time_since_epoch().count();
  json claims = {{"iat", seconds}, {"exp", seconds + request.lifetime.count()}};
  auto& sse = claims["sse"];
  sse = {{"subscribe", request.subscribe}, {"publish", request.publish}};
  if (request.control) sse["control"] = true;
  if (!request.subject.empty()) claims["sub"] = request.subject;
  if (!rules.audience.empty()) claims["aud"] = rules.audience;
  if (!rules.issuer.empty()) claims["iss"] = rules.issuer;
  json header = {{"alg", name_of(key.algorithm)}, {"typ", "JWT"}};
  if (!key.id.empty()) header["kid"] = key.id;
  const auto payload = claims.dump();
  const auto checked = parse_claims(payload, rules);
  if (!checked) return base::failure(checked.error().sentence);
  if (const auto problem = time_problem(checked.value().times, rules, now))
    return base::failure(problem->sentence);
  auto token = sign(header.dump(), payload, key);
  if (!token)
    return base::failure(
        fmt::format("{}: cannot sign with this key; it must be a private key or a secret", key.source));
  if (token->size() > token_bytes_max) {
    return base::failure(
        fmt::format("the token would have {} bytes; at most {} are allowed", token->size(), token_bytes_max));
  }
  return SignedToken{std::move(*token)};
}

}  // namespace worker::access
