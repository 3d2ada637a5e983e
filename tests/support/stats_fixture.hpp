// StatsFixture: a stats feed over metrics, a log and a process of its own, and time that stands still.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "api/stats_feed.hpp"
#include "support/hub_fixture.hpp"

namespace worker::support {

struct StatsFixture : HubFixture {
  api::StatsFeed& feed() {
    if (!feed_) {
      const auto framing = [this](std::string_view payload) {
        ++made;
        return std::make_shared<const std::string>(payload);
      };
      const auto process = [this] { return stats; };
      feed_ = std::make_unique<api::StatsFeed>(api::StatsFeed::Sources{
          metrics, publish_metrics, limits, stalled_closes, outbox_bytes, outboxes, stream_metrics, loop_lag,
          event_log().log(), slots, clock, framing, process});
    }
    return *feed_;
  }
  /// What is between `data: ` and the end of the event.
  static nlohmann::json data_of(const std::string& frame) {
    const std::string before = "data: ";
    const auto from = frame.find(before);
    return from == std::string::npos
               ? nlohmann::json()
               : nlohmann::json::parse(
                     frame.substr(from + before.size(), frame.find('\n', from) - from - before.size()));
  }

  api::PublishMetrics publish_metrics{registry};
  metrics::Limits limits{registry};
  metrics::Counter stalled_closes;
  metrics::Gauge outbox_bytes, outboxes;
  api::StreamMetrics stream_metrics{registry};
  metrics::Histogram loop_lag{{1'000, 5'000}, 1e-6};
  api::StreamSlots slots{3};
  base::ProcessStats stats{.resident_bytes = 12'345'678};
  /// Events made so far.
  int made = 0;

 private:
  std::unique_ptr<api::StatsFeed> feed_;
};

}  // namespace worker::support
