#include "probe/event_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/number.hpp"
#include "client/address.hpp"
#include "probe/delivery.hpp"
#include "probe/judge.hpp"

namespace worker::probe {
namespace {

using namespace std::chrono_literals;

constexpr int count = 4;
constexpr auto between_events = 700ms;
constexpr auto after_the_last = 1500ms;
// A greeting stream has an event every two seconds, and ends after ten.
constexpr auto greeting_longest = 13s;
constexpr int greetings_wanted = 3;

}  // namespace

EventCheck::EventCheck(Asker& asker, Observations& seen, std::string url, std::string topic, std::string mark)
    : asker_(asker), seen_(seen), url_(std::move(url)), topic_(std::move(topic)), mark_(std::move(mark)) {}

void EventCheck::run_greeting() {
  const auto enough = [](const client::Answer& answer) {
    const auto frames = client::frames_of(answer);
    return std::ranges::count_if(frames, &client::Frame::is_event) >= greetings_wanted ||
           !is_stream_or_none(answer);
  };
  events_.stream = asker_.ask(asker_.stream_request(url_), enough, greeting_longest);
  const bool says_nothing = events_.stream.pieces.empty() && !events_.stream.ending && asker_.time_is_over();
  if (!says_nothing) seen_.events = std::move(events_);
}

void EventCheck::run_published() {
  auto& stream = asker_.start(asker_.stream_request(client::with_parameters(url_, {{"topic", topic_}})));
  const auto is_open = [](const client::Answer& answer) {
    return !answer.pieces.empty() || !is_stream_or_none(answer);
  };
  // Where the beginning is held back, the worker has the stream all the same.
  constexpr auto opening = 3s;
  asker_.run(stream, is_open, opening);
  const auto& answer = stream.answer();
  bool published = is_stream_or_none(answer) && !answer.ending;
  for (int number = 1; published && number <= count; ++number) {
    published = publish(number);
    if (!published) break;
    wait_for_arrivals(stream, between_events);
  }
  if (published) {
    wait_for_arrivals(stream, after_the_last);
    if (!have_all_arrived()) close_topic(stream);
  }
  events_.stream = answer;
  asker_.stop(stream);
  const bool usable =
      published && is_stream(events_.stream) && delivery_of(events_).kind == Delivery::Kind::at_once;
  if (published || !is_stream_or_none(events_.stream)) seen_.events = std::move(events_);
  if (usable && !asker_.time_is_over()) resume();
}

std::string EventCheck::data(int number) const { return fmt::format("{} {}", mark_, number); }

int EventCheck::number_of(const client::Frame& frame) const {
  if (!frame.has_data || !frame.data.starts_with(mark_ + ' ')) return 0;
  return base::parse_number<int>(std::string_view(frame.data).substr(mark_.size() + 1)).value_or(0);
}

bool EventCheck::publish(int number) {
  const nlohmann::json body = {{"topic", topic_}, {"data", data(number)}};
  auto answer = asker_.ask(asker_.publish_request(seen_.publish_url, body.dump()));
  if (asker_.is_cut_short(answer)) return false;
  const bool accepted = answer.status == 200;
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  ids_.push_back(accepted && json.is_object() && json.contains("id") && json["id"].is_string()
                     ? json["id"].get<std::string>()
                     : std::string());
  if (accepted && number <= count) events_.events.push_back({.answered = *answer.head_at});
  if (!seen_.publish || !accepted) seen_.publish = std::move(answer);
  return accepted;
}

void EventCheck::note_arrivals(const client::Answer& stream) {
  for (auto& event : events_.events) event.times = 0;
  for (const auto& frame : client::frames_of(stream)) {
    const auto number = number_of(frame);
    if (number < 1 || number > static_cast<int>(events_.events.size())) continue;
    auto& event = events_.events[static_cast<std::size_t>(number - 1)];
    if (event.times++ == 0) event.arrived = frame.at;
  }
}

bool EventCheck::have_all_arrived() const {
  return std::ranges::all_of(events_.events,
                             [](const PublishedEvent& event) { return event.arrived.has_value(); });
}

void EventCheck::wait_for_arrivals(client::Transfer& stream, std::chrono::milliseconds longest) {
  std::size_t pieces = 0;
  const auto arrived = [&](const client::Answer& answer) {
    if (std::exchange(pieces, answer.pieces.size()) != answer.pieces.size()) note_arrivals(answer);
    return have_all_arrived();
  };
  note_arrivals(stream.answer());
  asker_.run(stream, arrived, longest);
}

// What is held back until the end comes then. The topic is the probe's own, unless the operator named one:
// that stays open.
void EventCheck::close_topic(client::Transfer& stream) {
  const auto poll = asker_.ask(asker_.poll_request(url_, {{"topic", topic_}, {"lastEventId", "earliest"}}));
  events_.worker_has_them = poll.status == 200 && poll.body.find(data(1)) != std::string::npos;
  if (topic_ == mark_) {
    const nlohmann::json body = {{"topic", topic_}, {"close", true}};
    // What it sets free may be there before its answer.
    const auto before = asker_.now();
    if (asker_.ask(asker_.publish_request(seen_.publish_url, body.dump())).status == 200)
      events_.closed = before;
  }
  wait_for_arrivals(stream, after_the_last);
}

void EventCheck::resume() {
  constexpr std::size_t cursor = 1;  // the second
  if (ids_.size() < static_cast<std::size_t>(count) || ids_[cursor].empty()) return;
  ResumeSeen resumed{.expected = {3, 4, 5}};
  auto request = asker_.stream_request(client::with_parameters(url_, {{"topic", topic_}}));
  request.headers.push_back("Last-Event-ID: " + ids_[cursor]);
  auto& stream = asker_.start(std::move(request));
  const auto at_least = [&](std::size_t wanted) {
    return [this, &resumed, wanted](const client::Answer& answer) {
      resumed.got.clear();
      for (const auto& frame : client::frames_of(answer))
        if (const auto number = number_of(frame); number > 0) resumed.got.push_back(number);
      return resumed.got.size() >= wanted;
    };
  };
  asker_.run(stream, at_least(2), after_the_last);
  if (publish(count + 1)) {
    asker_.run(stream, at_least(resumed.expected.size()), after_the_last);
    // What comes twice comes soon.
    constexpr auto soon = 200ms;
    asker_.run(stream, at_least(resumed.expected.size() + 1), soon);
    resumed.stream = stream.answer();
    seen_.resume = std::move(resumed);
  }
  asker_.stop(stream);
}

}  // namespace worker::probe
