#include "access/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "access/authorization_details.hpp"
#include "access/selector_claims.hpp"
#include "access/strict_json.hpp"
#include "base/utf8.hpp"

namespace worker::access {
namespace {

using nlohmann::json;
using std::chrono::sys_seconds;
using Reason = TokenRefusal::Reason;

constexpr std::size_t claims_depth_max = 16;
constexpr std::size_t subject_bytes_max = 1'024;
constexpr std::size_t audiences_max = 100;

enum class Round { down, up };

// A NumericDate (RFC 7519, section 2): seconds since 1970, with a fraction if somebody likes.
base::Result<std::optional<sys_seconds>, TokenRefusal> date_claim(const json& claims, const char* name,
                                                                  Round round) {
  constexpr double end_of_9999 = 253'402'300'799.0;
  const auto found = claims.find(name);
  if (found == claims.end()) return std::optional<sys_seconds>();
  const double value = found->is_number() ? found->get<double>() : -1;
  if (!(value >= 0 && value <= end_of_9999)) {
    return refuse(
        Reason::claims,
        fmt::format("The claim `{}` must be a number of seconds from 1970 to the year 9999.", name));
  }
  const double whole = round == Round::down ? std::floor(value) : std::ceil(value);
  return std::optional(sys_seconds(std::chrono::seconds(static_cast<std::chrono::seconds::rep>(whole))));
}

base::Result<TimeClaims, TokenRefusal> times_of(const json& claims, const ClaimRules& rules) {
  BOOST_OUTCOME_TRY(expires, date_claim(claims, "exp", Round::down));
  BOOST_OUTCOME_TRY(not_before, date_claim(claims, "nbf", Round::up));
  BOOST_OUTCOME_TRY(issued, date_claim(claims, "iat", Round::down));
  if (!expires && rules.expiry_required)
    return refuse(Reason::no_expiry, "The token has no claim `exp`, the time when it ends; add one.");
  return TimeClaims{expires, not_before, issued};
}

base::Result<void, TokenRefusal> check_audience(const json& claims, const ClaimRules& rules) {
  const auto found = claims.find("aud");
  if (found == claims.end()) {
    if (rules.audience.empty()) return base::success();
    return refuse(Reason::audience,
                  "The token has no claim `aud`, and this service requires its own name there.");
  }
  std::vector<std::string> names;
  const bool list = found->is_array() && found->size() <= audiences_max;
  if (!list && !found->is_string())
    return refuse(Reason::claims, "The claim `aud` must be a string, or a list of at most 100 strings.");
  for (const auto& each : list ? *found : json::array({*found})) {
    const auto* name = each.get_ptr<const std::string*>();
    if (name == nullptr)
      return refuse(Reason::claims, "The claim `aud` must be a string, or a list of at most 100 strings.");
    names.push_back(*name);
  }
  // RFC 7519, section 4.1.3: a token with an audience is for those who find themselves in it.
  if (rules.audience.empty()) {
    return refuse(Reason::audience,
                  "The token has a claim `aud`, and no audience is configured for this service; leave "
                  "the claim out, or configure `audience`.");
  }
  if (std::ranges::find(names, rules.audience) == names.end())
    return refuse(Reason::audience,
                  "The token is for another service: its claim `aud` does not have the configured audience.");
  return base::success();
}

base::Result<void, TokenRefusal> check_issuer(const json& claims, const ClaimRules& rules) {
  if (rules.issuer.empty()) return base::success();
  const auto* issuer = string_member(claims, "iss");
  if (issuer == nullptr || *issuer != rules.issuer)
    return refuse(Reason::issuer, "The claim `iss` of the token is not the configured issuer.");
  return base::success();
}

// The rules for a token with details of Mercure (RFC 9068, section 4).
base::Result<ClaimRules, TokenRefusal> resource_rules(const ClaimRules& rules, bool is_access_token) {
  if (!is_access_token)
    return refuse(Reason::type,
                  "A token with `authorization_details` of Mercure needs the header `typ: at+jwt`.");
  auto strict = rules;
  if (strict.audience.empty()) strict.audience = rules.resource.audience;
  if (strict.issuer.empty()) strict.issuer = rules.resource.issuer;
  strict.expiry_required = true;
  if (strict.audience.empty() || strict.issuer.empty()) {
    return refuse(
        Reason::issuer,
        "The token has `authorization_details` of Mercure, and no issuer and audience are configured for "
        "such tokens; the operator can set mercure.url and mercure.tokens.issuer.");
  }
  return strict;
}

base::Result<std::string, TokenRefusal> subject_of(const json& claims) {
  if (!claims.contains("sub")) return std::string();
  const auto* subject = string_member(claims, "sub");
  if (subject == nullptr || subject->size() > subject_bytes_max || base::has_control(*subject)) {
    return refuse(
        Reason::claims,
        fmt::format("The claim `sub` must be a string of at most {} bytes without control characters.",
                    subject_bytes_max));
  }
  return *subject;
}

void add_details(AuthorizationDetails details, Grant& grant) {
  grant.subscribe = log::Selectors::joined(grant.subscribe, details.subscribe);
  grant.publish = log::Selectors::joined(grant.publish, details.publish);
  grant.payloads.insert(grant.payloads.begin(), std::make_move_iterator(details.payloads.begin()),
                        std::make_move_iterator(details.payloads.end()));
}

}  // namespace

base::Result<Claims, TokenRefusal> parse_claims(std::string_view payload, const ClaimRules& rules,
                                                log::TemplateCache* templates, bool is_access_token) {
  auto parsed = parse_strict_object(payload, claims_depth_max);
  if (!parsed) return refuse(Reason::claims, fmt::format("The payload of the token {}.", parsed.error()));
  const auto& json = parsed.value();
  Claims claims;
  BOOST_OUTCOME_TRY(has_details, has_mercure_details(json));
  // Its header says what it is; a token of another hub must not pass as one of 0.x.
  const bool is_new = has_details || (is_access_token && !rules.resource.issuer.empty());
  auto applied = rules;
  if (is_new) {
    BOOST_OUTCOME_TRY(strict, resource_rules(rules, is_access_token));
    applied = std::move(strict);
  }
  BOOST_OUTCOME_TRY(times, times_of(json, applied));
  claims.times = times;
  BOOST_OUTCOME_TRY(check_audience(json, applied));
  BOOST_OUTCOME_TRY(check_issuer(json, applied));
  BOOST_OUTCOME_TRY(subject, subject_of(json));
  claims.grant.subject = std::move(subject);
  BOOST_OUTCOME_TRY(selectors, parse_selector_claims(json, rules, templates));
  claims.grant.subscribe = std::move(selectors.subscribe);
  claims.grant.publish = std::move(selectors.publish);
  claims.grant.control = selectors.control;
  if (!selectors.payload.empty())
    claims.grant.payloads.push_back({log::Selectors::parse({"*"}, 1).value(), std::move(selectors.payload)});
  claims.notices = std::move(selectors.notices);
  if (claims.times.expires) claims.grant.expires = *claims.times.expires + rules.leeway;
  if (has_details) {
    BOOST_OUTCOME_TRY(details, parse_mercure_details(json, rules, templates));
    add_details(std::move(details), claims.grant);
  }
  if (is_new) {
    claims.grant.never_in_address = true;
    // Streams end no later than the token says.
    claims.grant.expires = claims.times.expires;
  }
  return claims;
}

std::optional<TokenRefusal> time_problem(const TimeClaims& times, const ClaimRules& rules, sys_seconds now) {
  if (times.expires && now >= *times.expires + rules.leeway)
    return TokenRefusal{Reason::expired,
                        "The token has expired: the time in its claim `exp` is over. Get a new one."};
  if (times.not_before && now + rules.leeway < *times.not_before)
    return TokenRefusal{Reason::not_yet_valid,
                        "The token is not valid yet: the time in its claim `nbf` is in the future."};
  if (times.issued && now + rules.leeway < *times.issued)
    return TokenRefusal{Reason::not_yet_valid,
                        "The token is from the future: compare the clocks, or correct its claim `iat`."};
  if (times.expires && rules.lifetime_max.count() > 0 &&
      *times.expires - times.issued.value_or(now) > rules.lifetime_max) {
    return TokenRefusal{
        Reason::lifetime,
        fmt::format("The token is valid for too long: from `iat` (or now) to `exp` there may be {} seconds.",
                    rules.lifetime_max.count())};
  }
  return std::nullopt;
}

}  // namespace worker::access
