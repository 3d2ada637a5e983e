#include "api/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/cursor.hpp"
#include "api/event_stream.hpp"
#include "api/gap.hpp"
#include "api/long_poll.hpp"
#include "api/stats.hpp"
#include "api/stream_head.hpp"
#include "http/problem.hpp"
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

// What is wrong with names of which one is the worker's own.
std::string own_stream_refusal(const std::vector<std::string_view>& topics) {
  const auto unknown = std::ranges::find_if(
      topics, [](auto topic) { return journal::is_reserved(topic) && topic != stats_topic; });
  if (unknown == topics.end()) return "topic: $stats is a stream of its own; ask for it without other topics";
  constexpr std::size_t shown_bytes = 64;
  return fmt::format("topic: there is no {}; of names that begin with $ there is $stats",
                     unknown->substr(0, shown_bytes));
}

}  // namespace

struct EventsEndpoint::Asked {
  journal::Selection selection;
  std::optional<std::string> cursor;
  std::optional<std::chrono::seconds> poll;
  journal::Resumption from;

  std::optional<Gap> gap(const journal::Journal& journal) const {
    if (!from.gap) return std::nullopt;
    return Gap{*from.gap, *cursor, journal.id_of(from.after)};
  }
};

EventsEndpoint::EventsEndpoint(net::Timers& timers, base::Random& random, StreamSlots& slots,
                               hub::Shard& shard, http::Endpoint& greeting, http::Endpoint& stats,
                               const StreamSettings& settings, metrics::Limits& limits)
    : timers_(timers),
      random_(random),
      slots_(slots),
      shard_(shard),
      greeting_(greeting),
      stats_(stats),
      settings_(settings),
      limits_(limits) {}

void EventsEndpoint::serve(http::Exchange& exchange) {
  const auto& request = exchange.request();
  auto topics = request.query.all("topic");
  if (topics.empty()) topics.assign(settings_.default_topics.begin(), settings_.default_topics.end());
  if (topics.empty()) return greeting_.serve(exchange);
  if (topics.size() > settings_.topics_max) {
    limits_.count(metrics::Limit::stream_topics);
    return exchange.answer(http::problem(400, fmt::format("topic: {} are asked for; at most {} are allowed",
                                                          topics.size(), settings_.topics_max)));
  }
  if (std::ranges::any_of(topics, journal::is_reserved)) {
    const bool alone = std::ranges::all_of(topics, [](auto topic) { return topic == stats_topic; });
    return alone ? stats_.serve(exchange) : exchange.answer(http::problem(400, own_stream_refusal(topics)));
  }
  auto selection = journal::Selection::parse(topics, settings_.topic_bytes_max);
  if (!selection) {
    const auto too_long = [&](auto topic) { return topic.size() > settings_.topic_bytes_max; };
    if (std::ranges::any_of(topics, too_long)) limits_.count(metrics::Limit::topic_bytes);
    return exchange.answer(http::problem(400, selection.error()));
  }
  Asked asked{std::move(selection).value(), cursor_of(request), std::nullopt, {}};
  if (const auto poll = request.query.first("poll")) {
    asked.poll = seconds_of(*poll);
    if (!asked.poll) return exchange.answer(http::problem(400, "poll: must be a whole number of seconds"));
  }
  if (!shard_.journal().ready()) return come_back(exchange, asked.poll.has_value());
  auto slot = slots_.take();
  if (!slot) return exchange.answer(no_slot(limits_));
  asked.from = shard_.journal().resume(asked.selection, asked.cursor);
  if (asked.poll) return poll(exchange, asked, std::move(*slot));
  // A browser that gets 204 does not come back.
  if (asked.from.complete) return exchange.answer({{204, {}}, {}});
  stream(exchange, asked, std::move(*slot));
}

// The journal has not got its history yet, so nobody can be told where they are. An EventSource that saw a
// 503 would never return.
void EventsEndpoint::come_back(http::Exchange& exchange, bool polls) {
  const auto reason = shard_.journal().trouble().value_or("it is there by now");
  if (polls) {
    return exchange.answer(http::problem(
        503, fmt::format("The history cannot be read yet ({}); ask again.", reason), {{"Retry-After", "1"}}));
  }
  auto body = stream_opening(settings_, random_);
  sse::append_comment(body, "the history cannot be read yet; come back");
  exchange.answer({stream_head(), std::move(body)});
}

void EventsEndpoint::stream(http::Exchange& exchange, const Asked& asked, StreamSlots::Slot slot) {
  const auto& journal = shard_.journal();
  auto opening = stream_opening(settings_, random_);
  std::string gap_frame;
  if (const auto gap = asked.gap(journal)) {
    shard_.count_gap();
    gap_frame = gap->frame();
  } else {
    // A reader who leaves before its first event must have a cursor to come back with.
    sse::append_cursor(opening, journal.id_of(asked.from.after));
  }
  auto source = std::make_unique<EventStream>(exchange, shard_, std::move(slot));
  auto& stream = *source;
  exchange.open(stream_head());
  exchange.keep(std::move(source));
  exchange.write(opening);
  // On its own: with a long cursor it would make the first write one that proxies compress.
  if (!gap_frame.empty()) exchange.write(gap_frame);
  if (settings_.lifetime.count() > 0) {
    stream.live_for(timers_, limits_, random_.between(settings_.lifetime * 4 / 5, settings_.lifetime));
  }
  shard_.subscribe(stream, asked.selection, asked.from.after, asked.from.accounted);
}

void EventsEndpoint::poll(http::Exchange& exchange, const Asked& asked, StreamSlots::Slot slot) {
  const auto& journal = shard_.journal();
  const auto gap = asked.gap(journal);
  auto cursor =
      asked.cursor && !gap && *asked.cursor != "earliest" ? *asked.cursor : journal.id_of(asked.from.after);
  auto source = std::make_unique<LongPoll>(exchange, shard_, timers_, std::move(slot), std::move(cursor));
  auto& poll = *source;
  exchange.keep(std::move(source));
  std::chrono::milliseconds wait = *asked.poll;
  if (gap) {
    shard_.count_gap();
    poll.set_gap(gap->json());
    wait = std::chrono::milliseconds(0);  // told at once
  }
  shard_.subscribe(poll, asked.selection, asked.from.after, asked.from.accounted);
  poll.wait_for(std::min(wait, settings_.poll_max));
}

}  // namespace worker::api
