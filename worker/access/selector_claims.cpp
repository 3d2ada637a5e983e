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
using Kind = log::TypedSelector::Kind;

// The selectors for one role, of all claims together.
struct SelectorList {
  std::vector<std::string_view> plain{};  // names, and patterns, that were checked
  log::Selectors templates{};
  std::size_t given = 0;

  log::Selectors selectors(std::size_t bytes_max) const {
    return log::Selectors::joined(log::Selectors::parse(plain, bytes_max).value(), templates);
  }
};

// How the selectors of a claim are read.
struct Reading {
  const char* claim;
  Kind kind;
  const ClaimRules& rules;
  log::TemplateCache* templates;
  std::vector<std::string>& notices;
};

// Mercure's `{…}` is a URI template, and its `orders/*` is the name of one topic.
bool is_template(const Reading& reading, std::string_view selector) {
  return reading.kind == Kind::uri_template && (selector.find_first_of("{}") != std::string_view::npos ||
                                                (log::is_pattern(selector) && selector != "*"));
}

base::Result<void, TokenRefusal> add_selector(const Reading& reading, const char* member,
                                              std::string_view selector, SelectorList& list) {
  const auto& [claim, kind, rules, templates, notices] = reading;
  constexpr std::string_view prefix = "topic: ";  // of the sentences of check_selector()
  if (const auto checked = log::check_selector(selector, rules.topic_bytes_max); !checked)
    return refuse(Reason::topics, fmt::format("A topic in the claim `{}.{}` {}.", claim, member,
                                              std::string_view(checked.error()).substr(prefix.size())));
  if (!is_template(reading, selector)) {
    list.plain.push_back(selector);
    return base::success();
  }
  if (templates == nullptr) {
    notices.push_back(fmt::format("{}.{}: {} is left out; only names and * are understood here", claim,
                                  member, base::printable(selector)));
    return base::success();
  }
  const auto parsed = log::Selectors::parse({{kind, selector}}, rules.topic_bytes_max, *templates);
  if (parsed) {
    list.templates = log::Selectors::joined(list.templates, parsed.value());
    return base::success();
  }
  if (parsed.error().full)
    return refuse(Reason::topics, "The token has URI templates, and there is no room for more of them now.");
  notices.push_back(fmt::format("{}.{}: {} is left out; {}", claim, member, base::printable(selector),
                                std::string_view(parsed.error().sentence).substr(prefix.size())));
  return base::success();
}

// Adds the strings of `claim.member` to `list`. All lists that go into one are bounded together.
base::Result<void, TokenRefusal> add(const json& claim, const char* member, const Reading& reading,
                                     SelectorList& list) {
  const auto* name = reading.claim;
  const auto& rules = reading.rules;
  const auto found = claim.find(member);
  if (found == claim.end()) return base::success();
  if (!found->is_array())
    return refuse(Reason::topics, fmt::format("The claim `{}.{}` must be a list of strings.", name, member));
  list.given += found->size();
  if (list.given > rules.topics_max) {
    return refuse(
        Reason::topics,
        fmt::format("The claim `{}.{}` has too many topics: {} of them, and {} are allowed. Use patterns.",
                    name, member, list.given, rules.topics_max));
  }
  for (const auto& each : *found) {
    const auto* selector = each.get_ptr<const std::string*>();
    if (selector == nullptr)
      return refuse(Reason::topics,
                    fmt::format("The claim `{}.{}` must be a list of strings.", name, member));
    BOOST_OUTCOME_TRY(add_selector(reading, member, *selector, list));
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

base::Result<SelectorClaims, TokenRefusal> parse_selector_claims(const json& claims, const ClaimRules& rules,
                                                                 log::TemplateCache* templates) {
  SelectorClaims parsed;
  SelectorList subscribe, publish;
  BOOST_OUTCOME_TRY(sse, object(claims, "sse"));
  if (sse != nullptr) {
    const Reading reading{"sse", Kind::pattern, rules, templates, parsed.notices};
    BOOST_OUTCOME_TRY(add(*sse, "subscribe", reading, subscribe));
    BOOST_OUTCOME_TRY(add(*sse, "publish", reading, publish));
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
    const Reading reading{name, Kind::uri_template, rules, templates, parsed.notices};
    BOOST_OUTCOME_TRY(add(*mercure, "subscribe", reading, subscribe));
    BOOST_OUTCOME_TRY(add(*mercure, "publish", reading, publish));
    if (const auto payload = mercure->find("payload"); payload != mercure->end())
      parsed.payload = payload->dump(-1, ' ', false, json::error_handler_t::replace);
    notice_unknown(*mercure, name, {"subscribe", "publish", "payload"}, parsed.notices);
  }
  parsed.subscribe = subscribe.selectors(rules.topic_bytes_max);
  parsed.publish = publish.selectors(rules.topic_bytes_max);
  return parsed;
}

}  // namespace worker::access
