#include "api/mercure/mercure.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "api/mercure/mercure_parameters.hpp"
#include "api/mercure/mercure_topics.hpp"
#include "api/mercure/resource_metadata.hpp"
#include "api/request/bearer.hpp"
#include "api/stream/cursor.hpp"
#include "api/stream/subscribe_request.hpp"
#include "http/problem.hpp"

namespace worker::api {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The id before the first event that the subscriber gets; `earliest` where the client asks for everything, or
// for what comes after an event that the hub does not know.
std::string start_id(const ResumeStart& start, const log::Log& log) {
  const auto& gap = start.point.gap;
  if (*start.cursor == "earliest" || gap == log::GapReason::unknown) return "earliest";
  return gap ? log.id_of(start.point.after) : *start.cursor;
}

// The names, and `*`: everything but the templates.
std::vector<std::string> names_of(const log::Selectors& selectors) {
  auto names = selectors.names();
  for (const auto& prefix : selectors.prefixes()) names.push_back(prefix + "*");
  return names;
}

Headers stream_headers(const ResumeStart& start, const log::Log& log, bool token_in_address) {
  Headers headers{{"Link", std::string("<") + MercureEndpoint::path + ">; rel=\"mercure\""}};
  if (start.cursor) {
    headers.emplace_back("Last-Event-ID", start_id(start, log));
    headers.emplace_back("Mercure-Last-Event-ID", headers.back().second);
  }
  // RFC 6750, section 2.3.
  if (token_in_address) headers.emplace_back("Cache-Control", "private");
  return headers;
}

// As they were asked for, each once.
std::vector<MercureSelector> told_selectors(const std::vector<log::TypedSelector>& topics,
                                            const access::Grant* grant) {
  using Kind = log::TypedSelector::Kind;
  std::vector<MercureSelector> selectors;
  for (const auto& [kind, text] : topics) {
    const std::string_view type = kind == Kind::exact         ? "exact"
                                  : kind == Kind::url_pattern ? "urlpattern"
                                                              : "";
    const auto is_same = [&type, text = text](const MercureSelector& each) {
      return each.match_type == type && each.text == text;
    };
    if (std::ranges::any_of(selectors, is_same)) continue;
    selectors.push_back(
        {std::string(type), std::string(text), grant == nullptr ? std::string() : grant->payload_for(text)});
  }
  return selectors;
}

}  // namespace

void MercureEndpoint::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  if (!settings_.enabled) {
    return exchange.answer(
        http::problem(404,
                      "The Mercure protocol is off; the operator can turn it on with mercure.enabled in the "
                      "configuration"));
  }
  if (request.method == "POST") return publish_.serve(exchange);
  auto subscription = subscription_of(request);
  if (!subscription) {
    return exchange.answer(
        with_resource_metadata(subscription.error(), resource_metadata_address(settings_.url)));
  }
  events_.subscribe(exchange, std::move(subscription).value());
}

base::Result<SubscribeRequest, http::Response> MercureEndpoint::subscription_of(
    const http::Request& request) const {
  const auto asked_for = mercure_parameters(request, streams_.settings().topics_max);
  if (!asked_for) return base::failure(asked_for.error());
  const auto& parameters = asked_for.value();
  // Where a token is not looked for, nobody would learn that it was not seen.
  if (request.query.last("access_token")) {
    return base::failure(
        misplaced_token("access_token: a token must not be in an address; send it in the header "
                        "Authorization, or in a cookie"));
  }
  const auto identity = grants_.subscriber(request, request.query);
  if (!identity) return base::failure(identity.error());
  const auto& grant = identity.value().grant;
  if (!grant && !settings_.anonymous)
    return base::failure(grants_.missing("Subscribing needs a token; see mercure.anonymous"));
  const auto topics = mercure_topics(parameters);
  if (!topics) return base::failure(http::problem(400, topics.error()));
  if (const auto problem = cursor_problem(parameters)) return base::failure(http::problem(400, *problem));
  auto asked = parse_selectors(topics.value(), streams_, templates_);
  if (!asked) return base::failure(asked.error());
  const auto names = names_of(asked.value());
  auto granted =
      grants_.subscription(identity.value(), {names.begin(), names.end()}, std::move(asked).value());
  if (!granted) return base::failure(granted.error());
  SubscribeRequest subscribe{.subscription = std::move(granted).value(),
                             .cursors = cursor_candidates(request, parameters),
                             .head_only = request.method == "HEAD",
                             .subject = std::string(identity.value().subject()),
                             .grant_ends = grants_.end_of(identity.value())};
  subscribe.headers = [in_address = request.query.last("authorization").has_value()](const ResumeStart& start,
                                                                                     const log::Log& log) {
    return stream_headers(start, log, in_address);
  };
  if (settings_.subscriptions) {
    subscribe.hold = [this, selectors = told_selectors(topics.value(), grant.get())] {
      return subscribers_.enter(selectors);
    };
  }
  return subscribe;
}

}  // namespace worker::api
