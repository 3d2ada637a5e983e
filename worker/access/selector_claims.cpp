#include "access/selector_claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "base/printable.hpp"
#include "log/topic.hpp"

namespace worker::access {
namespace {

using nlohmann::json;
using Reason = TokenRefusal::Reason;
using List = std::vector<std::string_view>;

struct Lists {
  List subscribe, publish;
};

// Mercure's `{…}` is a URI template, and its `orders/*` is the name of one topic, as it stands.
bool is_left_out(std::string_view selector) {
  return selector.find_first_of("{}") != std::string_view::npos ||
         (log::is_pattern(selector) && selector != "*");
}

// Adds the strings of `claim.member` to `list`. All lists that go into one are bounded together.
base::Result<void, TokenRefusal> add(const json& claim, const char* name, const char* member,
                                     const ClaimRules& rules, List& list,
                                     std::vector<std::string>* left_out) {
  const auto found = claim.find(member);
  if (found == claim.end()) return base::success();
  if (!found->is_array())
    return refuse(Reason::topics, fmt::format("The claim `{}.{}` must be a list of strings.", name, member));
  if (list.size() + found->size() > rules.topics_max) {
    return refuse(
        Reason::topics,
        fmt::format("The claim `{}.{}` has too many topics: {} of them, and {} are allowed. Use patterns.",
                    name, member, list.size() + found->size(), rules.topics_max));
  }
  constexpr std::string_view prefix = "topic: ";  // of the sentences of check_selector()
  for (const auto& each : *found) {
    const auto* selector = each.get_ptr<const std::string*>();
    if (selector == nullptr)
      return refuse(Reason::topics,
                    fmt::format("The claim `{}.{}` must be a list of strings.", name, member));
    if (const auto checked = log::check_selector(*selector, rules.topic_bytes_max); !checked)
      return refuse(Reason::topics, fmt::format("A topic in the claim `{}.{}` {}.", name, member,
                                                std::string_view(checked.error()).substr(prefix.size())));
    if (left_out != nullptr && is_left_out(*selector)) {
      left_out->push_back(fmt::format("{}.{}: {} is left out; only names and * are understood here", name,
                                      member, base::printable(*selector)));
      continue;
    }
    list.push_back(*selector);
  }
  return base::success();
}

base::Result<const json*, TokenRefusal> object(const json& claims, const char* name) {
  const auto found = claims.find(name);
  if (found == claims.end()) return nullptr;
  if (!found->is_object())
    return refuse(Reason::claims, fmt::format("The claim `{}` must be an object.", name));
  return &*found;
}

// One that is misspelt grants nothing; somebody should hear of it.
void notice_unknown(const json& claim, const char* name, std::initializer_list<std::string_view> known,
                    std::vector<std::string>& notices) {
  for (const auto& [member, value] : claim.items()) {
    if (std::ranges::find(known, member) == known.end())
      notices.push_back(fmt::format("{}.{} is not known and grants nothing", name, base::printable(member)));
  }
}

}  // namespace

base::Result<SelectorClaims, TokenRefusal> parse_selector_claims(const json& claims,
                                                                 const ClaimRules& rules) {
  SelectorClaims parsed;
  Lists lists;
  BOOST_OUTCOME_TRY(sse, object(claims, "sse"));
  if (sse != nullptr) {
    BOOST_OUTCOME_TRY(add(*sse, "sse", "subscribe", rules, lists.subscribe, nullptr));
    BOOST_OUTCOME_TRY(add(*sse, "sse", "publish", rules, lists.publish, nullptr));
    if (const auto control = sse->find("control"); control != sse->end()) {
      if (!control->is_boolean())
        return refuse(Reason::claims, "The claim `sse.control` must be true or false.");
      parsed.control = control->get<bool>();
    }
    notice_unknown(*sse, "sse", {"subscribe", "publish", "control"}, parsed.notices);
  }
  // For issuers that want names with a host; hubs of that protocol prefer it, too.
  constexpr const char* with_host = "https://mercure.rocks/";
  const auto* name = claims.contains(with_host) ? with_host : "mercure";
  BOOST_OUTCOME_TRY(mercure, object(claims, name));
  if (mercure != nullptr) {
    BOOST_OUTCOME_TRY(add(*mercure, name, "subscribe", rules, lists.subscribe, &parsed.notices));
    BOOST_OUTCOME_TRY(add(*mercure, name, "publish", rules, lists.publish, &parsed.notices));
    notice_unknown(*mercure, name, {"subscribe", "publish", "payload"}, parsed.notices);
  }
  // The selectors were checked one by one, so neither can fail.
  parsed.subscribe = log::Selectors::parse(lists.subscribe, rules.topic_bytes_max).value();
  parsed.publish = log::Selectors::parse(lists.publish, rules.topic_bytes_max).value();
  return parsed;
}

}  // namespace worker::access
