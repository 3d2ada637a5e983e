#include "app/log_metrics.hpp"

#include <atomic>
#include <memory>

#include "metrics/limits.hpp"

namespace worker::app {
namespace {

/// How much a figure that only rises has risen since the last call. If several threads call at one moment,
/// one of them gets the difference.
class Gain {
 public:
  std::uint64_t of(std::uint64_t now) {
    auto before = told_.load();
    while (before < now && !told_.compare_exchange_weak(before, now)) {
    }
    return before < now ? now - before : 0;
  }

 private:
  std::atomic<std::uint64_t> told_ = 0;
};

struct Gains {
  Gain past_ids, topics, waiting;
};

}  // namespace

void export_journal_metrics(metrics::Registry& registry, const log::Log& log, const store::Store& store) {
  auto& events = registry.gauge("sse_worker_history_events", "Events retained in the history.");
  auto& bytes =
      registry.gauge("sse_worker_history_bytes", "Memory used by retained events, including indexes.");
  auto& topics =
      registry.gauge("sse_worker_history_topics", "Topics known, with or without retained events.");
  auto& emptied = registry.gauge("sse_worker_history_empty_topics_bytes",
                                 "Part of sse_worker_history_bytes used by topics without retained events.");
  auto& forgotten =
      registry.counter("sse_worker_history_discarded_topics_total",
                       "Topics without retained events whose state was discarded to stay within the bounds.");
  auto& age =
      registry.gauge("sse_worker_history_oldest_event_age_seconds", "Age of the oldest retained event.");
  auto& past_ids =
      registry.gauge("sse_worker_history_evicted_ids", "Publisher ids remembered of evicted events.");
  auto& waiting =
      registry.gauge("sse_worker_store_pending_bytes", "Memory used by publishes that wait for the store.");
  metrics::Limits limits(registry);
  auto& available =
      registry.gauge("sse_worker_store_available", "1 while the store accepts events, 0 otherwise.");
  registry.on_render([&, limits, gains = std::make_shared<Gains>()]() mutable {
    available.set(store.unavailable_reason() ? 0 : 1);
    const auto stats = log.stats();
    const auto backlog = store.backlog();
    events.set(static_cast<std::int64_t>(stats.events));
    bytes.set(static_cast<std::int64_t>(stats.bytes));
    topics.set(static_cast<std::int64_t>(stats.topics));
    emptied.set(static_cast<std::int64_t>(stats.emptied_bytes));
    age.set(stats.age.count() / 1000);
    past_ids.set(static_cast<std::int64_t>(stats.past_ids));
    waiting.set(static_cast<std::int64_t>(backlog.bytes));
    limits.count(metrics::Limit::waiting_bytes, gains->waiting.of(backlog.refused));
    forgotten.add(gains->topics.of(stats.forgotten_topics));
    limits.count(metrics::Limit::past_ids, gains->past_ids.of(stats.past_ids_forgotten));
  });
}

}  // namespace worker::app
