#include "access/authorization_details.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "access/strict_json.hpp"
#include "base/utf8.hpp"
#include "log/topic.hpp"

namespace worker::access {
namespace {

using nlohmann::json;
using Reason = TokenRefusal::Reason;
using Kind = log::TypedSelector::Kind;

constexpr const char* claim = "authorization_details";
constexpr std::string_view mercure_type = "https://mercure.rocks/authorization-detail";

auto wrong(std::string_view what) {
  return refuse(Reason::topics, fmt::format("The claim `{}` has a detail of Mercure {}.", claim, what));
}

bool is_mercure(const json& detail) {
  const auto* type = string_member(detail, "type");
  return type != nullptr && *type == mercure_type;
}

struct Actions {
  bool subscribe = false, publish = false;
};

base::Result<Actions, TokenRefusal> actions_of(const json& detail) {
  const auto found = detail.find("actions");
  if (found == detail.end() || !found->is_array() || found->empty() ||
      !std::ranges::all_of(*found, [](const json& each) { return each.is_string(); }))
    return wrong("whose `actions` is not a list of one string or more");
  return Actions{std::ranges::find(*found, "subscribe") != found->end(),
                 std::ranges::find(*found, "publish") != found->end()};
}

base::Result<Kind, TokenRefusal> match_kind(const json& topic) {
  if (!topic.contains("match_type")) return Kind::exact;
  const auto* type = string_member(topic, "match_type");
  if (type != nullptr && *type == "exact") return Kind::exact;
  if (type != nullptr && *type == "urlpattern") return Kind::url_pattern;
  return wrong("with another `match_type` than exact and urlpattern");
}

base::Result<log::Selectors, TokenRefusal> topics_of(const json& detail, const ClaimRules& rules,
                                                     log::TemplateCache& templates) {
  std::vector<log::TypedSelector> topics;
  for (const auto& each : detail.at("topics")) {
    if (!each.is_object()) return wrong("with a topic that is not an object");
    const auto* match = string_member(each, "match");
    if (match == nullptr) return wrong("with a topic without `match`, which must be a string");
    constexpr std::string_view prefix = "topic: ";  // of the sentences of check_selector()
    if (const auto checked = log::check_selector(*match, rules.topic_bytes_max); !checked)
      return wrong(
          fmt::format("with a topic that {}", std::string_view(checked.error()).substr(prefix.size())));
    if (base::has_format(*match)) return wrong("with a topic that has characters that format text");
    BOOST_OUTCOME_TRY(kind, match_kind(each));
    topics.push_back({kind, *match});
  }
  auto parsed = log::Selectors::parse(topics, rules.topic_bytes_max, templates);
  if (parsed) return std::move(parsed).value();
  if (parsed.error().full)
    return refuse(Reason::topics, "The token has URL patterns, and there is no room for more of them now.");
  return wrong("with a topic that is no valid URL pattern");
}

}  // namespace

base::Result<bool, TokenRefusal> has_mercure_details(const json& claims) {
  const auto found = claims.find(claim);
  if (found == claims.end()) return false;
  if (!found->is_array() || !std::ranges::all_of(*found, [](const json& each) { return each.is_object(); }))
    return refuse(Reason::claims, fmt::format("The claim `{}` must be a list of objects.", claim));
  return std::ranges::any_of(*found, is_mercure);
}

base::Result<AuthorizationDetails, TokenRefusal> parse_mercure_details(const json& claims,
                                                                       const ClaimRules& rules,
                                                                       log::TemplateCache* templates) {
  AuthorizationDetails details;
  log::TemplateCache none(0);
  std::size_t given = 0;
  for (const auto& detail : claims.at(claim)) {
    if (!is_mercure(detail)) continue;
    BOOST_OUTCOME_TRY(actions, actions_of(detail));
    const auto topics = detail.find("topics");
    if (topics == detail.end() || !topics->is_array() || topics->empty())
      return wrong("whose `topics` is not a list of one topic or more");
    given += topics->size();
    if (given > rules.topics_max) {
      return refuse(Reason::topics,
                    fmt::format("The claim `{}` has too many topics: more than {}. Use patterns.", claim,
                                rules.topics_max));
    }
    const auto payload = detail.find("payload");
    if (payload != detail.end() && !payload->is_object()) return wrong("whose `payload` is not an object");
    BOOST_OUTCOME_TRY(selectors, topics_of(detail, rules, templates == nullptr ? none : *templates));
    if (actions.publish) details.publish = log::Selectors::joined(details.publish, selectors);
    if (!actions.subscribe) continue;
    details.subscribe = log::Selectors::joined(details.subscribe, selectors);
    details.payloads.push_back(
        {std::move(selectors), payload == detail.end()
                                   ? std::string()
                                   : payload->dump(-1, ' ', false, json::error_handler_t::replace)});
  }
  if (std::ranges::all_of(details.payloads, [](const auto& each) { return each.json.empty(); }))
    details.payloads.clear();
  return details;
}

}  // namespace worker::access
