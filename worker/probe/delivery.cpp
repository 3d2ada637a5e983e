#include "probe/delivery.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/number.hpp"
#include "client/frames.hpp"

namespace worker::probe {
namespace {

using namespace std::chrono_literals;
using Nanoseconds = std::chrono::nanoseconds;

// An event is there within this time, on a slow network too: it began when the publish was answered.
constexpr Nanoseconds at_once_within = 150ms;
// What waits for a timer of TCP, 40 to 200 ms, came later than that and before this.
constexpr Nanoseconds late_within = 500ms;

Delivery of_published(const EventsSeen& seen) {
  Delivery delivery;
  const auto& events = seen.events;
  std::size_t arrived = 0, with_next = 0;
  bool before_end = false;
  bool twice = false;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& event = events[i];
    twice = twice || event.times > 1;
    if (!event.arrived) continue;
    ++arrived;
    const auto waited = *event.arrived - event.answered;
    delivery.longest = std::max<Nanoseconds>(delivery.longest, waited);
    if (waited > at_once_within && i + 1 < events.size() &&
        std::chrono::abs(*event.arrived - events[i + 1].answered) < at_once_within)
      ++with_next;
    before_end = before_end || !seen.closed || *event.arrived < *seen.closed;
  }
  delivery.events = static_cast<int>(arrived);
  using Kind = Delivery::Kind;
  if (twice)
    delivery.kind = Kind::twice;
  else if (!before_end)
    delivery.kind = arrived < events.size() ? Kind::held : Kind::at_the_end;
  else if (arrived == events.size() && delivery.longest <= at_once_within)
    delivery.kind = Kind::at_once;
  else if (arrived == events.size() && delivery.longest <= late_within)
    delivery.kind = Kind::late;
  else if (with_next + 1 >= events.size() && events.size() > 1)
    delivery.kind = Kind::with_the_next;
  else
    delivery.kind = Kind::held;
  return delivery;
}

// Milliseconds of the day, which is enough for a stream of some seconds.
std::optional<std::chrono::milliseconds> stamp_of(const client::Frame& frame) {
  const auto json = nlohmann::json::parse(frame.data, nullptr, false);
  if (!json.is_object() || !json.contains("timestamp") || !json["timestamp"].is_string()) return std::nullopt;
  const auto text = json["timestamp"].get<std::string>();
  constexpr std::size_t length = 24;  // 2026-11-22T07:20:00.123Z
  if (text.size() != length) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t digits) {
    return base::parse_number<int>(std::string_view(text).substr(at, digits));
  };
  const auto hours = number(11, 2), minutes = number(14, 2), seconds = number(17, 2), rest = number(20, 3);
  if (!hours || !minutes || !seconds || !rest) return std::nullopt;
  return std::chrono::hours(*hours) + std::chrono::minutes(*minutes) + std::chrono::seconds(*seconds) +
         std::chrono::milliseconds(*rest);
}

struct Greeting {
  base::Instant arrived;
  std::chrono::milliseconds stamp;
};

std::vector<Greeting> greetings(const client::Answer& stream) {
  std::vector<Greeting> all;
  for (const auto& frame : client::frames_of(stream)) {
    if (!frame.has_data || !frame.type.empty()) continue;  // the last one is `close`
    const auto stamp = stamp_of(frame);
    if (!stamp) return {};
    all.push_back({frame.at, *stamp});
  }
  return all;
}

// The clocks of both machines may differ; that is the same for all events.
Delivery of_greetings(const EventsSeen& seen) {
  const auto all = greetings(seen.stream);
  Delivery delivery{.events = static_cast<int>(all.size())};
  if (all.size() < 2) return delivery;
  std::vector<Nanoseconds> waited;
  waited.reserve(all.size());
  for (const auto& each : all)
    waited.push_back((each.arrived - all.front().arrived) - (each.stamp - all.front().stamp));
  const auto [least, most] = std::ranges::minmax(waited);
  delivery.longest = most - least;
  // The first one was made when the stream began.
  if (seen.stream.head_at)
    delivery.longest = std::max<Nanoseconds>(delivery.longest, all.front().arrived - *seen.stream.head_at);
  const bool is_at_end = seen.stream.ending && seen.stream.ending->at - all.front().arrived < late_within;
  if (delivery.longest <= at_once_within)
    delivery.kind = Delivery::Kind::at_once;
  else if (delivery.longest <= late_within)
    delivery.kind = Delivery::Kind::late;
  else
    delivery.kind = is_at_end ? Delivery::Kind::at_the_end : Delivery::Kind::held;
  return delivery;
}

}  // namespace

Delivery delivery_of(const EventsSeen& seen) {
  return seen.events.empty() ? of_greetings(seen) : of_published(seen);
}

}  // namespace worker::probe
