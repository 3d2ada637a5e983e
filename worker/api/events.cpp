#include "api/events.hpp"

#include <algorithm>
#include <utility>

#include "api/stats.hpp"
#include "api/stream/attendance.hpp"
#include "api/stream/event_parameters.hpp"
#include "api/stream/event_stream.hpp"
#include "api/stream/long_poll.hpp"
#include "http/problem.hpp"
#include "hub/subscription_bytes.hpp"
#include "log/terms.hpp"
#include "log/topic.hpp"
#include "presence/presence_events.hpp"

namespace worker::api {

EventsEndpoint::EventsEndpoint(StreamContext& streams, hub::Shard& shard, store::Store& store,
                               const Grants& grants, log::TemplateCache& templates, Attendances attendances,
                               http::Endpoint& greeting, http::Endpoint& stats)
    : streams_(streams),
      shard_(shard),
      store_(store),
      grants_(grants),
      templates_(templates),
      attendances_(attendances),
      greeting_(greeting),
      stats_(stats),
      cursor_waitlist_(
          streams.timers(), shard.log(), shard.metrics(),
          {.resolved =
               [this](auto& exchange, const auto& request, const auto& start, Admission admission) {
                 on_cursor_resolved(exchange, request, start, std::move(admission));
               },
           .drained = [this](auto& exchange,
                             auto delivery) { streams_.answer_try_again(exchange, delivery); }}) {}

void EventsEndpoint::serve(http::Exchange& exchange) {
  const auto& settings = streams_.settings();
  const auto parsed = event_parameters(exchange.request(), settings.topics_max);
  if (!parsed) return exchange.answer(parsed.error());
  const auto& parameters = parsed.value();
  if (!heartbeat_mode(parameters))
    return exchange.answer(
        http::problem(400, "heartbeat: must be `comment`, which is the default, or `event`"));
  if (!wants_presence(parameters))
    return exchange.answer(http::problem(400, "presence: must be `true`, or `false`, which is the default"));
  auto topics = parameters.all("topic");
  const bool has_templates = parameters.last("template").has_value();
  if (topics.empty() && !has_templates)
    topics.assign(settings.default_topics.begin(), settings.default_topics.end());
  const bool polls = parameters.last("poll").has_value();
  if (topics.empty() && !has_templates) {
    if (!polls) return greeting_.serve(exchange);
    return exchange.answer(http::problem(400, "topic: is missing; a long poll needs at least one"));
  }
  if (std::ranges::any_of(topics, log::is_reserved)) {
    if (const auto problem = reserved_topics_problem(topics, has_templates, polls))
      return exchange.answer(http::problem(400, *problem));
    return stats_.serve(exchange);
  }
  auto request = parse_subscribe_request(exchange.request(), parameters, topics, streams_, templates_);
  if (!request) return exchange.answer(request.error());
  const auto identity = grants_.subscriber(exchange.request(), parameters);
  if (!identity) return exchange.answer(identity.error());
  auto subscription = grants_.subscription(identity.value(), topics, request.value().subscription.asked());
  if (!subscription) return exchange.answer(subscription.error());
  request.value().subscription = std::move(subscription).value();
  if (request.value().presence) {
    if (const auto refused = add_companions(request.value(), identity.value()))
      return exchange.answer(*refused);
  }
  request.value().subject = identity.value().subject();
  request.value().grant_ends = grants_.end_of(identity.value());
  add_resume_address(request.value(), identity.value(), exchange.request().path, topics, parameters);
  subscribe(exchange, std::move(request).value());
}

// A long poll has it as the address of its stream.
void EventsEndpoint::add_resume_address(SubscribeRequest& request, const Identity& identity,
                                        std::string_view path, const std::vector<std::string_view>& topics,
                                        const http::Query& parameters) const {
  if (!identity.resume || request.head_only) return;
  const auto token = grants_.resume_token(identity);
  auto address = token ? subscription_address(path, topics, parameters, token->text) : std::string();
  if (address.empty()) {
    if (!request.notice)
      request.notice = grants_.has_resume_key()
                           ? "resume: the address would be too long; grant fewer topics, or use patterns"
                           : "resume: needs a key, access.resume_key_file";
  } else if (request.poll) {
    request.address = std::move(address);
  } else {
    request.resume = {std::move(address), token->expires};
  }
}

// Whoever may read a topic may read its companion, and whoever may read private events of it may read who is
// there.
std::optional<http::Response> EventsEndpoint::add_companions(SubscribeRequest& request,
                                                             const Identity& identity) const {
  if (!attendances_.has_presence()) {
    return http::problem(
        400, "presence: is off; the operator can turn it on with presence.topics in the configuration");
  }
  const auto covered = attendances_.present(request.subscription);
  if (covered.empty()) {
    return http::problem(
        400,
        "presence: covers none of these topics. Ask for a topic by its name, not by a pattern; "
        "the operator can add it to presence.topics");
  }
  std::vector<std::string> asked, granted;
  for (const auto topic : covered) {
    asked.push_back(presence::companion_of(topic));
    if (identity.grant && identity.grant->subscribe.covers(topic)) granted.push_back(asked.back());
  }
  const auto with = [](const log::Selectors& selectors, const std::vector<std::string>& more) {
    return log::Selectors::joined(
        selectors, log::Selectors::parse({more.begin(), more.end()}, std::string::npos).value());
  };
  request.subscription =
      log::Subscription(with(request.subscription.asked(), asked),
                        with(identity.grant ? identity.grant->subscribe : log::Selectors(), granted));
  return std::nullopt;
}

void EventsEndpoint::subscribe(http::Exchange& exchange, SubscribeRequest request) {
  const auto delivery = request.delivery();
  if (!shard_.log().ready()) return streams_.answer_try_again(exchange, delivery);
  auto slot = streams_.take_slot(exchange, delivery, request.subject);
  if (!slot) return;
  const auto start = resolve_cursor(request, shard_.log());
  // The cursor is of an event that the store has lost. The log tells all workers of that; then it is asked
  // again.
  if (start.point.may_arrive && start.point.gap == log::GapReason::lost) {
    std::vector<log::Draft> drafts;
    drafts.push_back(log::Terms::lost(*start.cursor));
    store_.append(std::move(drafts), [](const auto& /*results*/) {});
  }
  // An answer to HEAD is the same wherever a stream begins.
  const bool waits = start.point.may_arrive && !request.head_only && !cursor_waitlist_.refuses();
  if (!waits) return begin(exchange, request, start, Admission{std::move(*slot), request.grant_ends});
  auto bytes = streams_.take_bytes(exchange, delivery, request.bytes());
  if (!bytes) return;
  const auto grant_ends = request.grant_ends;
  cursor_waitlist_.add(exchange, std::move(request),
                       Admission{std::move(*slot), grant_ends, std::move(*bytes)});
}

void EventsEndpoint::on_cursor_resolved(http::Exchange& exchange, const SubscribeRequest& request,
                                        const ResumeStart& start, Admission admission) {
  // The log learns of the cursor's event once the store can read again.
  if (start.point.may_arrive && store_.unavailable_reason())
    return streams_.answer_try_again(exchange, request.delivery());
  admission.bytes.release();
  begin(exchange, request, start, std::move(admission));
}

void EventsEndpoint::begin(http::Exchange& exchange, const SubscribeRequest& request,
                           const ResumeStart& start, Admission admission) {
  // An EventSource that gets 204 does not reconnect.
  if (start.point.ended && !request.poll)
    return exchange.answer({{204, {{"Cache-Control", "no-store"}}}, {}});
  // Subscribers with the same subscription share its memory.
  const auto size = shard_.has(request.subscription) ? 0 : hub::subscription_bytes(request.subscription);
  auto bytes = streams_.take_bytes(exchange, request.delivery(), size);
  if (!bytes) return;
  admission.bytes = std::move(*bytes);
  if (!request.head_only && !attend(exchange, request, admission)) return;
  const auto begin_delivery = request.poll ? begin_long_poll : begin_event_stream;
  begin_delivery(streams_, shard_, exchange, request, start, std::move(admission));
}

// Counts the reader as present, and for hooks. False where the request has been answered with a refusal.
bool EventsEndpoint::attend(http::Exchange& exchange, const SubscribeRequest& request,
                            Admission& admission) const {
  const auto coverage = attendances_.coverage(request.subscription);
  if (coverage.empty()) return true;
  auto bytes = streams_.take_bytes(exchange, request.delivery(), coverage.bytes(request.subject));
  if (!bytes) return false;
  using Kind = hooks::Readers::Kind;
  admission.attendance = attendances_.enter(coverage, request.subject,
                                            request.poll ? Kind::poll : Kind::stream, std::move(*bytes));
  return true;
}

}  // namespace worker::api
