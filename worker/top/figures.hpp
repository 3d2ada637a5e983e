// Figures: one event of the stream `$stats`. A value; what it lacks is zero or none.
#pragma once

#include <optional>
#include <string>

namespace worker::top {

/// In seconds.
struct Quantiles {
  double p50 = 0, p99 = 0;
};

/// Since the event before.
struct Rates {
  double published = 0, delivered = 0, delivered_bytes = 0;  // per second
  double cpu_cores = 0;
  std::optional<Quantiles> publish{}, loop_lag{};
};

struct Figures {
  std::string time{};  // printable
  double streams = 0, streams_max = 0, addresses = 0;
  double stalled_closes = 0, gaps = 0, rejected = 0, limits = 0;  // since the start
  double history_events = 0, history_bytes = 0, memory_bytes = 0;
  std::optional<Rates> rates{};
};

/// None for a text that is not one.
std::optional<Figures> figures_of(const std::string& json);

/// Of the answer of /healthz: "ok", or what is wrong; printable. "unknown" for anything else.
std::string store_health(const std::string& json);

}  // namespace worker::top
