// The metrics of FastCGI connections. References into the registry, looked up once at start-up; usable from
// every thread.
#pragma once

#include <array>

#include "fcgi/refusal.hpp"
#include "metrics/limits.hpp"

namespace worker::fcgi {

/// Why a stream ended.
enum class StreamEnd { finished, reader_gone, slow, drained };

inline constexpr std::array<std::string_view, 4> ending_names = {"finished", "client_closed", "stalled",
                                                                 "drained"};

struct Metrics {
  explicit Metrics(metrics::Registry& registry);

  metrics::Gauge& connections;
  metrics::Gauge& streams;
  metrics::Counter& accepted;
  metrics::Counter& accept_pauses;
  metrics::Counter& stream_opens;
  metrics::Counter& sent_bytes;
  metrics::Gauge& outbox_bytes;
  metrics::Gauge& outboxes;
  metrics::Gauge& outbox_high_water;
  metrics::Counter& stalled_closes;
  metrics::Limits limits;
  std::array<metrics::Counter*, refusal_names.size()> refused;
  std::array<metrics::Counter*, ending_names.size()> stream_closes;

  void count(Refusal refusal) { refused[static_cast<std::size_t>(refusal)]->add(); }
  void count(StreamEnd ending) { stream_closes[static_cast<std::size_t>(ending)]->add(); }
};

}  // namespace worker::fcgi
