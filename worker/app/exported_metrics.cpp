#include "app/exported_metrics.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/limits.hpp"

namespace worker::app {
namespace {

/// How much a figure that only rises has risen since the last call. If several threads call at one moment,
/// one of them gets the difference.
class Gain {
 public:
  std::uint64_t of(std::uint64_t now) {
    auto before = counted_.load();
    while (before < now && !counted_.compare_exchange_weak(before, now)) {
    }
    return before < now ? now - before : 0;
  }

 private:
  std::atomic<std::uint64_t> counted_ = 0;
};

struct Gains {
  Gain past_ids, topics, waiting;
};

// A gauge that is read when somebody asks for the metrics, on the thread that asks.
void gauge_of(metrics::Registry& registry, const std::string& name, std::string_view help,
              std::function<std::size_t()> read) {
  auto& gauge = registry.gauge(name, help);
  registry.on_render([&gauge, read = std::move(read)] { gauge.set(static_cast<std::int64_t>(read())); });
}

}  // namespace

void export_log_metrics(metrics::Registry& registry, const log::Log& log, const store::Store& store) {
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
  registry.gauges("sse_worker_topic_events_per_second",
                  "Events a second of the topics with the most, at least so many, on average over about the "
                  "last minute.",
                  "topic", [&log] {
                    std::vector<metrics::LabelledValue> values;
                    for (auto& [topic, rate] : log.busiest_topics()) values.push_back({topic, rate});
                    return values;
                  });
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

void export_stream_metrics(metrics::Registry& registry, const api::StreamSlots& slots) {
  gauge_of(registry, "sse_worker_stream_source_addresses",
           "IPv4 addresses and IPv6 /64 networks with open streams or long polls.",
           [&] { return slots.addresses().networks(); });
  gauge_of(
      registry, "sse_worker_unlimited_streams",
      "Streams and long polls that streams.per_address_max does not limit: from loopback addresses, from "
      "Unix sockets, and without REMOTE_ADDR.",
      [&] { return slots.uncounted(); });
  gauge_of(registry, "sse_worker_subscriptions_bytes",
           "Memory used by the topics and patterns of all subscriptions.",
           [&] { return slots.subscriptions().used(); });
}

void export_template_metrics(metrics::Registry& registry, const log::TemplateCache& templates) {
  gauge_of(registry, "sse_worker_templates",
           "Different URI templates and URL patterns in use, of subscriptions and of tokens.",
           [&] { return templates.size(); });
}

void export_presence_metrics(metrics::Registry& registry, const presence::Roster& roster) {
  gauge_of(registry, "sse_worker_presence_topics", "Topics whose readers are counted (presence).",
           [&] { return roster.totals().topics; });
  gauge_of(registry, "sse_worker_presence_readers",
           "Readers that are present, summed over the topics: subjects, and streams without a subject.",
           [&] { return roster.totals().readers; });
}

void export_presence_metrics(metrics::Registry& registry, const PresenceCluster& cluster) {
  gauge_of(registry, "sse_worker_presence_workers",
           "Workers of the cluster that share who is present, this one included. 0 while this one has not "
           "joined, or does not know yet what readers were told.",
           [&] { return cluster.workers(); });
}

void export_hook_metrics(metrics::Registry& registry, const hooks::Readers& readers) {
  gauge_of(registry, "sse_worker_hook_topics", "Topics and patterns with readers that hooks tell of.",
           [&] { return readers.totals().topics; });
  gauge_of(registry, "sse_worker_hook_waiting_events",
           "Events of hooks that wait for a delivery, and topics whose last reader has left within the grace "
           "time.",
           [&] { return readers.totals().waiting; });
}

void export_connection_metrics(metrics::Registry& registry, const fcgi::ConnectionTotals& totals) {
  gauge_of(registry, "sse_worker_pending_connections", "FastCGI connections without a complete request yet.",
           [&] { return totals.pending.load(); });
  gauge_of(registry, "sse_worker_idle_connections",
           "Kept FastCGI connections that wait for their next request.", [&] { return totals.idle.load(); });
  gauge_of(registry, "sse_worker_request_bodies_bytes", "Bytes of request bodies being received.",
           [&] { return totals.bodies.used(); });
}

}  // namespace worker::app
