// Figures: one event of the stream `$stats`. A value; what it lacks is zero or none.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace worker::top {

/// In seconds.
struct Quantiles {
  double p50 = 0, p99 = 0;
};

/// Since the event before.
struct Rates {
  double published = 0, delivered = 0, delivered_bytes = 0;  // per second
  double cpu_cores = 0;
  std::optional<Quantiles> publish{}, delivery{}, loop_lag{};
};

struct TopicRate {
  std::string topic{};  // printable
  double per_second = 0;
};

/// As they are shown.
inline constexpr std::array<const char*, 5> age_names = {"< 1 min", "< 10 min", "< 1 h", "< 1 day", "older"};

struct Figures {
  /// A worker may name more.
  static constexpr std::size_t topics_max = 10;

  std::string time{};  // printable
  double streams = 0, streams_max = 0, addresses = 0;
  double stalled_closes = 0, gaps = 0, rejected = 0, limits = 0;  // since the start
  double history_events = 0, history_bytes = 0, memory_bytes = 0;
  double outbox_bytes = 0, outboxes = 0, unread_bytes = 0;
  std::array<double, 5> ages{};      // streams, see age_names
  std::vector<TopicRate> busiest{};  // topics_max at most
  std::optional<Rates> rates{};
};

/// None for a text that is not one.
std::optional<Figures> figures_of(const std::string& json);

/// Of the answer of /healthz: "ok", or what is wrong; printable. "unknown" for anything else.
std::string store_health(const std::string& json);

}  // namespace worker::top
