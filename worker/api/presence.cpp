#include "api/presence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/printable.hpp"
#include "http/problem.hpp"
#include "log/topic.hpp"
#include "presence/presence_events.hpp"

namespace worker::api {
namespace {

// What is wrong with the topics.
std::optional<std::string> topics_problem(const std::vector<std::string_view>& topics,
                                          const presence::Roster& roster, const StreamSettings& settings) {
  if (!roster.enabled())
    return "Presence is off; the operator can turn it on with presence.topics in the configuration";
  if (topics.empty()) return "topic: is missing; name at least one topic";
  if (topics.size() > settings.topics_max)
    return fmt::format("topic: {} requested, at most {} are allowed", topics.size(), settings.topics_max);
  for (const auto topic : topics) {
    if (const auto checked = log::check_topic(topic, settings.topic_bytes_max); !checked)
      return checked.error();
    if (!roster.covers(topic)) {
      return fmt::format("topic: presence does not cover {}; the operator can add it to presence.topics",
                         base::printable(topic));
    }
  }
  return std::nullopt;
}

}  // namespace

PresenceEndpoint::PresenceEndpoint(const presence::Roster& roster, const Grants& grants, const Access& access,
                                   const StreamSettings& settings)
    : roster_(roster), grants_(grants), access_(access), settings_(settings) {}

void PresenceEndpoint::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  const auto topics = request.query.all("topic");
  if (const auto problem = topics_problem(topics, roster_, settings_))
    return exchange.answer(http::problem(400, *problem));
  // Whoever has the publish key need not be a reader.
  const auto identity = access_.has_key(request) ? base::Result<Identity, http::Response>(Identity{})
                                                 : grants_.subscriber(request, request.query);
  if (!identity) return exchange.answer(identity.error());
  const auto& grant = identity.value().grant;
  const bool sees_all = is_operator(request, identity.value());
  if (!sees_all) {
    const auto allowed = grants_.subscription(identity.value(), topics, {});
    if (!allowed) return exchange.answer(allowed.error());
  }
  std::string body = "{\"topics\":[";
  std::string_view before;
  for (const auto topic : topics) {
    body += std::exchange(before, ",");
    body += presence::present_json(topic, roster_.present(topic),
                                   sees_all || (grant && grant->subscribe.covers(topic)));
  }
  exchange.answer(http::plain_response("application/json", body + "]}\n"));
}

// As for /control: with the publish key, with a grant that has control, or on this machine where neither is
// configured.
bool PresenceEndpoint::is_operator(const http::Request& request, const Identity& identity) const {
  if (access_.has_key(request)) return true;
  if (identity.grant)
    return identity.grant->control && !(request.grant && access_.cross_site_problem(request));
  return !grants_.has_publisher_keys() && !access_.control_problem(request);
}

}  // namespace worker::api
