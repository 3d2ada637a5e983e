#include "api/stats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/printable.hpp"
#include "http/problem.hpp"
#include "log/topic.hpp"

namespace worker::api {

std::optional<std::string> reserved_topics_problem(const std::vector<std::string_view>& topics,
                                                   bool has_templates, bool polls) {
  const auto unknown = std::ranges::find_if(
      topics, [](auto topic) { return log::is_reserved(topic) && topic != stats_topic; });
  if (unknown != topics.end()) {
    return fmt::format("topic: {} does not exist; the only name that begins with $ is $stats",
                       base::printable(*unknown));
  }
  if (has_templates || std::ranges::any_of(topics, [](auto topic) { return topic != stats_topic; }))
    return "topic: $stats cannot be combined with other topics; request it alone";
  if (polls) return "poll: $stats does not support long polling; use a stream, or read /metrics";
  return std::nullopt;
}

class StatsEndpoint::StatsStream final : public Stream, public Hook {
 public:
  explicit StatsStream(StreamStart start) : Stream(std::move(start)) {}

  /// Sends each event once. A client that has not read the last one gets a later one: the figures are those
  /// of a moment, and none wait in memory.
  void send(const StatsFeed::Event& event) {
    if (event.number == sent_ || !exchange_.ready()) return;
    sent_ = event.number;
    exchange_.send(event.wire);
  }

 private:
  std::uint64_t sent_ = 0;
};

StatsEndpoint::StatsEndpoint(StreamContext& streams, StatsFeed& feed, const StatsSettings& settings,
                             const Access& access)
    : streams_(streams), feed_(feed), access_(access), timer_(streams.timers(), [this] { send_to_all(); }) {
  update(settings);
}

void StatsEndpoint::update(const StatsSettings& settings) {
  settings_ = settings;
  feed_.set_interval(settings.interval);
  feed_.set_names_topics(settings.readers != StatsSettings::Readers::anyone);
}

void StatsEndpoint::serve(http::Exchange& exchange) {
  using Readers = StatsSettings::Readers;
  if (settings_.readers == Readers::nobody) {
    return exchange.answer(
        http::problem(403, "topic: $stats is disabled by stats.allowed in the configuration"));
  }
  const auto refused = access_.stats_problem(exchange.request());
  if (refused && settings_.readers == Readers::loopback) return exchange.answer(*refused);
  auto slot = streams_.take_slot(exchange, Delivery::stream);
  if (!slot) return;
  auto& stream = streams_.begin_stream<StatsStream>(exchange, std::move(*slot), {}, {});
  stream.send(feed_.first());
  open_.push_back(stream);
  // Where it is armed already, other streams of this loop may still wait for the event that this one has just
  // got.
  if (!timer_.armed()) timer_.arm(feed_.due());
}

void StatsEndpoint::send_to_all() {
  if (open_.empty()) return;
  const auto event = feed_.current();
  auto& timers = streams_.timers();
  for (auto next = open_.begin(); next != open_.end();) {
    // The next turn skips the streams that have this event already.
    if (timers.turn().is_over()) return timer_.arm(timers.now());
    static_cast<StatsStream&>(*next++).send(event);
  }
  timer_.arm(feed_.due());
}

}  // namespace worker::api
