// StatsFeed: the figures of the whole process as one event per interval, for the `$stats` streams of all
// loops. Reads the metrics once per interval, and only while such a stream is open. Owned by Services, outlives
// the reactors. Usable from every thread.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "api/publish/metrics.hpp"
#include "api/stream/metrics.hpp"
#include "api/stream/slots.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/process_stats.hpp"
#include "http/exchange.hpp"
#include "hub/metrics.hpp"
#include "log/log.hpp"
#include "metrics/limits.hpp"

namespace worker::api {

class StatsFeed {
 public:
  /// All that is borrowed must outlive the feed.
  struct Sources {
    const hub::Metrics& hub;
    const PublishMetrics& publish;
    const metrics::Limits& limits;
    const metrics::Counter& stalled_closes;
    const metrics::Gauge& outbox_bytes;
    const metrics::Gauge& outboxes;
    const StreamMetrics& streams;
    const metrics::Histogram& loop_lag;  // microseconds
    const log::Log& log;
    const StreamSlots& slots;
    const base::Clock& clock;
    http::Framing framing;
    std::function<base::ProcessStats()> process = base::process_stats;
  };
  struct Event {
    std::uint64_t number = 0;  // from 1
    base::Bytes wire{};
  };

  explicit StatsFeed(Sources sources) : sources_(std::move(sources)) {}

  void set_interval(std::chrono::milliseconds interval) { interval_ = interval; }
  /// Whether the events name topics. Not at first.
  void set_names_topics(bool names) { names_topics_ = names; }
  /// For a stream that begins: the last event if other streams are open, else one without rates.
  Event first();
  /// The newest event; the first caller at or after due() makes it, for all.
  Event current();
  base::Instant due() const;

 private:
  // What the next event is compared with.
  struct Sample {
    base::Instant at;
    std::uint64_t delivered_events, delivered_bytes, published_events, flushes;
    metrics::HistogramSnapshot events_per_flush, publish_time, delivery_time, loop_lag;
    base::ProcessStats process;
  };

  Sample sample() const;
  void make(base::Instant now, bool compared);
  std::string json(const Sample& now, const std::optional<Sample>& before) const;

  const Sources sources_;
  std::atomic<std::chrono::milliseconds> interval_ = std::chrono::milliseconds(1'000);
  std::atomic<bool> names_topics_ = false;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::optional<Sample> before_;
  Event event_;
  base::Instant due_;
};

}  // namespace worker::api
