#include "api/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/stats.hpp"
#include "api/stream/cursor.hpp"
#include "api/stream/cursor_spellings.hpp"
#include "api/stream/event_parameters.hpp"
#include "api/stream/event_stream.hpp"
#include "api/stream/gap.hpp"
#include "api/stream/head.hpp"
#include "api/stream/long_poll.hpp"
#include "api/stream/refused_stream.hpp"
#include "base/printable.hpp"
#include "http/problem.hpp"
#include "hub/subscription_bytes.hpp"
#include "sse/frame.hpp"

namespace worker::api {
namespace {

// Whole seconds, or nothing.
std::optional<std::chrono::seconds> seconds_of(std::string_view text) {
  constexpr int year = 31'536'000;
  int seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > year)
    return std::nullopt;
  return std::chrono::seconds(seconds);
}

std::optional<hub::Subscriber::HeartbeatMode> heartbeats_of(const http::Query& parameters) {
  const auto asked = parameters.last("heartbeat").value_or("comment");
  if (asked == "comment") return hub::Subscriber::HeartbeatMode::comments;
  if (asked == "event") return hub::Subscriber::HeartbeatMode::events;
  return std::nullopt;
}

// What is wrong with names of which one is the worker's own; none where they are the figures alone.
std::optional<std::string> own_stream_refusal(const std::vector<std::string_view>& topics, bool polls) {
  const auto unknown = std::ranges::find_if(
      topics, [](auto topic) { return log::is_reserved(topic) && topic != stats_topic; });
  if (unknown != topics.end()) {
    return fmt::format("topic: {} does not exist; the only name that begins with $ is $stats",
                       base::printable(*unknown));
  }
  if (std::ranges::any_of(topics, [](auto topic) { return topic != stats_topic; }))
    return "topic: $stats cannot be combined with other topics; request it alone";
  if (polls) return "poll: $stats does not support long polling; use a stream, or read /metrics";
  return std::nullopt;
}

std::string too_many_patterns(std::size_t patterns, std::size_t most) {
  if (most == 0) {
    return "topic: patterns are not allowed here; name the topics, or ask the operator to raise "
           "streams.patterns_max";
  }
  return fmt::format(
      "topic: {} patterns requested, at most {} are allowed. Name the topics, or use one pattern that covers "
      "several; the operator can raise streams.patterns_max",
      patterns, most);
}

// The address of the same subscription as a stream, but for the cursor.
std::string address_of(std::string_view path, const std::vector<std::string_view>& topics,
                       std::optional<std::string_view> heartbeat) {
  auto address = http::percent_encoded(path);
  char before = '?';
  for (const auto topic : topics) {
    address.append(1, std::exchange(before, '&')).append("topic=").append(http::percent_encoded(topic));
  }
  if (heartbeat) address.append("&heartbeat=").append(http::percent_encoded(*heartbeat));
  return address;
}

}  // namespace

struct EventsEndpoint::SubscribeRequest {
  log::Subscription subscription;
  /// Which one is known is not known yet.
  std::vector<std::string> cursors;
  std::optional<std::chrono::seconds> poll;
  std::string address{};  // of a poll
  bool head_only = false;
  hub::Subscriber::HeartbeatMode heartbeats{};
  std::optional<std::string> notice{};
  std::optional<std::string> cursor{};
  log::ResumePoint from{};

  /// Begins after the first of the cursors that is known, else as after one that is not.
  void look(const log::Log& log) {
    cursor.reset();
    if (!cursors.empty()) cursor = cursors.front();
    from = log.resume(subscription, cursor);
    for (std::size_t i = 1; i < cursors.size() && from.gap == log::GapReason::unknown; ++i) {
      const auto other = log.resume(subscription, cursors[i]);
      if (other.gap == log::GapReason::unknown) continue;
      cursor = cursors[i];
      from = other;
    }
  }
  /// What it takes while it waits.
  std::size_t bytes() const {
    auto size = hub::subscription_bytes(subscription) + address.size();
    for (const auto& each : cursors) size += sizeof(each) + each.size();
    return size;
  }
  std::optional<Gap> gap(const log::Log& log) const {
    if (!from.gap) return std::nullopt;
    return Gap{*from.gap, *cursor, log.id_of(from.after)};
  }
};

EventsEndpoint::EventsEndpoint(net::Timers& timers, base::Random& random, StreamSlots& slots,
                               hub::Shard& shard, const store::Store& store, http::Endpoint& greeting,
                               http::Endpoint& stats, const StreamSettings& settings, metrics::Limits& limits)
    : timers_(timers),
      random_(random),
      slots_(slots),
      shard_(shard),
      store_(store),
      greeting_(greeting),
      stats_(stats),
      settings_(settings),
      cursor_waitlist_(timers),
      limits_(limits) {}

void EventsEndpoint::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  const auto parameters = event_parameters(request, settings_.topics_max);
  if (!parameters) return exchange.answer(parameters.error());
  if (!heartbeats_of(parameters.value()))
    return exchange.answer(
        http::problem(400, "heartbeat: must be `comment`, which is the default, or `event`"));
  auto topics = parameters.value().all("topic");
  if (topics.empty()) topics.assign(settings_.default_topics.begin(), settings_.default_topics.end());
  const bool polls = parameters.value().last("poll").has_value();
  if (topics.empty() && polls)
    return exchange.answer(http::problem(400, "topic: is missing; a long poll needs at least one"));
  if (topics.empty()) return greeting_.serve(exchange);
  if (std::ranges::any_of(topics, log::is_reserved)) {
    if (const auto refused = own_stream_refusal(topics, polls))
      return exchange.answer(http::problem(400, *refused));
    return stats_.serve(exchange);
  }
  auto asked = parse_subscribe_request(request, parameters.value(), topics);
  if (!asked) return exchange.answer(asked.error());
  subscribe(exchange, std::move(asked).value());
}

// What a request for topics asks for, or its refusal.
base::Result<EventsEndpoint::SubscribeRequest, http::Response> EventsEndpoint::parse_subscribe_request(
    const http::Request& request, const http::Query& parameters,
    const std::vector<std::string_view>& topics) {
  if (topics.size() > settings_.topics_max) {
    limits_.count(metrics::Limit::stream_topics);
    return base::failure(http::problem(400, fmt::format("topic: {} requested, at most {} are allowed",
                                                        topics.size(), settings_.topics_max)));
  }
  const auto patterns = static_cast<std::size_t>(std::ranges::count_if(topics, log::is_pattern));
  if (patterns > settings_.patterns_max) {
    limits_.count(metrics::Limit::stream_patterns);
    return base::failure(http::problem(400, too_many_patterns(patterns, settings_.patterns_max)));
  }
  auto subscription = log::Subscription::parse(topics, settings_.topic_bytes_max);
  if (!subscription) {
    const auto too_long = [&](auto topic) { return topic.size() > settings_.topic_bytes_max; };
    if (std::ranges::any_of(topics, too_long)) limits_.count(metrics::Limit::topic_bytes);
    return base::failure(http::problem(400, subscription.error()));
  }
  SubscribeRequest asked{.subscription = std::move(subscription).value(),
                         .head_only = request.method == "HEAD",
                         .heartbeats = *heartbeats_of(parameters)};
  for (const auto topic : topics) {
    if (!asked.notice) asked.notice = log::selector_notice(topic);
  }
  for (auto& cursor : cursors_of(request, parameters)) {
    for (auto& spelling : cursor_spellings(std::move(cursor))) asked.cursors.push_back(std::move(spelling));
  }
  if (const auto time = parameters.last("poll")) {
    asked.poll = seconds_of(*time);
    if (!asked.poll) return base::failure(http::problem(400, "poll: must be a whole number of seconds"));
    asked.address = address_of(request.path, topics, parameters.last("heartbeat"));
    if (asked.address.size() > LongPoll::address_bytes_max) asked.address = {};
  }
  return asked;
}

void EventsEndpoint::subscribe(http::Exchange& exchange, SubscribeRequest asked) {
  if (!shard_.log().ready()) return answer_try_again(exchange, asked.poll.has_value());
  auto slot = slots_.take(exchange.request().remote_address, timers_.now());
  if (!slot) return refuse_stream(exchange, asked.poll.has_value(), slot.error());
  asked.look(shard_.log());
  // Nobody needs a place for an answer without a body.
  if (asked.from.may_arrive && !asked.head_only)
    return wait_for_cursor(exchange, std::move(asked), std::move(slot).value());
  begin(exchange, asked, std::move(slot).value());
}

void EventsEndpoint::refuse_stream(http::Exchange& exchange, bool polls,
                                   const StreamSlots::Refused& refused) {
  const auto turned_away = polls ? refused_poll : refused_stream;
  exchange.answer(turned_away(refused, settings_, random_, limits_));
}

// Told too early that its cursor is not known, the reader would get again all that is held.
void EventsEndpoint::wait_for_cursor(http::Exchange& exchange, SubscribeRequest asked,
                                     StreamSlots::Slot slot) {
  if (cursor_waitlist_.full()) {
    shard_.metrics().cursor_waits_refused.add();
    return begin(exchange, asked, std::move(slot));
  }
  struct Waiting {
    SubscribeRequest asked;
    StreamSlots::Slot slot;
    base::ByteBudget::Reservation share;
  };
  const bool polls = asked.poll.has_value();
  auto share = slots_.take_bytes(asked.bytes(), timers_.now());
  if (!share) return refuse_stream(exchange, polls, share.error());
  const auto waiting =
      std::make_shared<Waiting>(Waiting{std::move(asked), std::move(slot), std::move(share).value()});
  const auto look = [this, &exchange, waiting](CursorWaitlist::Time time) {
    const auto& log = shard_.log();
    waiting->asked.look(log);
    const bool unknown = waiting->asked.from.may_arrive;
    if (unknown && time == CursorWaitlist::Time::left) return false;
    (unknown ? shard_.metrics().cursor_waits_failed : shard_.metrics().cursor_waits_done).add();
    // This worker will know it once it can read on.
    if (unknown && store_.unavailable_reason()) {
      answer_try_again(exchange, waiting->asked.poll.has_value());
    } else {
      waiting->share.release();
      begin(exchange, waiting->asked, std::move(waiting->slot));
    }
    return true;
  };
  exchange.keep(cursor_waitlist_.wait(look, [this, &exchange, polls] { answer_try_again(exchange, polls); }));
}

void EventsEndpoint::begin(http::Exchange& exchange, const SubscribeRequest& asked, StreamSlots::Slot slot) {
  // A browser that gets 204 does not come back.
  if (asked.from.complete && !asked.poll)
    return exchange.answer({{204, {{"Cache-Control", "no-store"}}}, {}});
  // A subscription that another reader has already takes no more memory.
  const auto bytes = shard_.has(asked.subscription) ? 0 : hub::subscription_bytes(asked.subscription);
  auto share = slots_.take_bytes(bytes, timers_.now());
  if (!share) return refuse_stream(exchange, asked.poll.has_value(), share.error());
  if (asked.poll) return poll(exchange, asked, std::move(slot), std::move(share).value());
  stream(exchange, asked, std::move(slot), std::move(share).value());
}

// The log has not got its history yet, so nobody can be told where they are. An EventSource that saw a
// 503 would never return. The reason is in the log: it has paths and addresses, which readers must not see.
void EventsEndpoint::answer_try_again(http::Exchange& exchange, bool polls) {
  if (polls) {
    return exchange.answer(
        http::problem(503, "The history is not loaded yet. Retry later.", {{"Retry-After", "1"}}));
  }
  auto body = stream_opening(settings_, random_);
  sse::append_comment(body, "the history is not loaded yet; reconnect");
  exchange.answer({stream_head(), std::move(body)});
}

void EventsEndpoint::stream(http::Exchange& exchange, const SubscribeRequest& asked, StreamSlots::Slot slot,
                            base::ByteBudget::Reservation share) {
  const auto& log = shard_.log();
  auto opening = stream_opening(settings_, random_);
  if (asked.notice) sse::append_comment(opening, *asked.notice);
  // A gap is written on its own: with a long cursor it would make the first write one that proxies compress.
  // It comes before whatever moves the reader's cursor, or a reader who leaves between the two would never be
  // told.
  std::string gap_frame;
  if (const auto gap = asked.gap(log)) {
    shard_.count_gap();
    gap_frame = gap->frame();
  }
  // A reader who leaves before its first event must have a cursor to come back with.
  if (asked.heartbeats == hub::Subscriber::HeartbeatMode::events) {
    sse::append_heartbeat(asked.from.gap ? gap_frame : opening, log.id_of(asked.from.after),
                          shard_.heartbeat());
  } else if (!asked.from.gap) {
    sse::append_cursor(opening, log.id_of(asked.from.after));
  }
  auto source = std::make_unique<EventStream>(exchange, shard_, std::move(slot), asked.heartbeats);
  auto& stream = *source;
  exchange.open(stream_head());
  exchange.keep(std::move(source));
  exchange.write(opening);
  if (!gap_frame.empty()) exchange.write(gap_frame);
  if (settings_.lifetime.count() > 0) {
    stream.end_after(timers_, limits_, random_.between(settings_.lifetime * 4 / 5, settings_.lifetime));
  }
  shard_.subscribe(stream, asked.subscription, asked.from.after, asked.from.evictions_seen, std::move(share));
}

void EventsEndpoint::poll(http::Exchange& exchange, const SubscribeRequest& asked, StreamSlots::Slot slot,
                          base::ByteBudget::Reservation share) {
  auto address = slots_.take_bytes(asked.address.size(), timers_.now());
  if (!address) return refuse_stream(exchange, true, address.error());
  const auto& log = shard_.log();
  const auto gap = asked.gap(log);
  auto cursor =
      asked.cursor && !gap && *asked.cursor != "earliest" ? *asked.cursor : log.id_of(asked.from.after);
  auto source = std::make_unique<LongPoll>(exchange, shard_, timers_, std::move(slot), std::move(cursor));
  auto& poll = *source;
  exchange.keep(std::move(source));
  poll.set_address(asked.address, std::move(address).value());
  if (asked.notice) poll.set_notice(*asked.notice);
  std::chrono::milliseconds wait = *asked.poll;
  if (gap) {
    shard_.count_gap();
    poll.set_gap(gap->json());
    wait = std::chrono::milliseconds(0);  // told at once
  }
  if (asked.head_only) wait = std::chrono::milliseconds(0);  // nothing to wait for
  shard_.subscribe(poll, asked.subscription, asked.from.after, asked.from.evictions_seen, std::move(share));
  poll.wait_for(std::min(wait, settings_.poll_max));
}

}  // namespace worker::api
