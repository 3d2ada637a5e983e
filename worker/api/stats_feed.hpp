// StatsFeed: the figures of the whole process as one event an interval, for all who read `$stats`, on
// whichever loop. Reads the counters that are kept anyway, once an interval, and only while somebody reads.
// Owned by main, outlives the lanes. Usable from every thread.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "api/stream/slots.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/process_stats.hpp"
#include "http/exchange.hpp"
#include "log/log.hpp"
#include "metrics/registry.hpp"

namespace worker::api {

class StatsFeed {
 public:
  /// All that is borrowed must outlive the feed. Names that the registry does not know count 0.
  struct Sources {
    const metrics::Registry& registry;
    const log::Log& log;
    const StreamSlots& slots;
    const base::Clock& clock;
    http::Framing framing;
    std::function<base::ProcessStats()> process = base::process_stats;
  };
  struct Event {
    std::uint64_t number = 0;  // from 1: tells who has had which
    base::Bytes wire{};
  };

  explicit StatsFeed(Sources sources) : sources_(std::move(sources)) {}

  void set_interval(std::chrono::milliseconds interval) { interval_ = interval; }
  /// For a reader who comes now: the last event, if others read; else one without what is counted over time.
  Event first();
  /// The newest event; the first caller at or after due() makes it, for all.
  Event current();
  base::Instant due() const;

 private:
  // What the next event is compared with.
  struct Sample {
    base::Instant at;
    std::uint64_t delivered_events, delivered_bytes, published_events, flushes;
    metrics::HistogramSnapshot events_per_flush, publish_time, loop_lag;
    base::ProcessStats process;
  };

  Sample sample() const;
  void make(base::Instant now, bool compared);
  std::string json(const Sample& now, const std::optional<Sample>& before) const;

  const Sources sources_;
  std::atomic<std::chrono::milliseconds> interval_ = std::chrono::milliseconds(1'000);
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::optional<Sample> before_;
  Event event_;
  base::Instant due_;
};

}  // namespace worker::api
