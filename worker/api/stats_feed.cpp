#include "api/stats_feed.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/iso_time.hpp"
#include "sse/frame.hpp"

namespace worker::api {
namespace {

using Json = nlohmann::ordered_json;
using Seconds = std::chrono::duration<double>;

constexpr double microseconds_per_second = 1e6;

double rounded(double value, double steps) { return std::round(value * steps) / steps; }

double rate(std::uint64_t now, std::uint64_t before, Seconds time) {
  return rounded(static_cast<double>(now - before) / time.count(), 10);
}

// Of what was observed in microseconds.
Json quantiles(const metrics::HistogramSnapshot& snapshot) {
  if (snapshot.count() == 0) return nullptr;
  return {{"p50", rounded(*snapshot.quantile(0.5), 1) / microseconds_per_second},
          {"p99", rounded(*snapshot.quantile(0.99), 1) / microseconds_per_second}};
}

Json ages(const StreamMetrics& streams) {
  Json all = Json::object();
  for (std::size_t i = 0; i < stream_ages.size(); ++i)
    all[std::string(stream_ages[i].name)] = streams.by_age[i]->value();
  return all;
}

Json busiest_topics(const log::Log& log) {
  Json all = Json::array();
  for (const auto& [topic, rate] : log.busiest_topics())
    all.push_back({{"topic", topic}, {"events_per_second", rounded(rate, 100)}});
  return all;
}

}  // namespace

StatsFeed::Event StatsFeed::first() {
  const std::lock_guard lock(mutex_);
  const auto now = sources_.clock.now();
  // The event that was due was not asked for, so no stream is open: rates over that time mean nothing.
  if (!event_.wire || now >= due_ + interval_.load()) make(now, false);
  return event_;
}

StatsFeed::Event StatsFeed::current() {
  const std::lock_guard lock(mutex_);
  if (const auto now = sources_.clock.now(); now >= due_) make(now, true);
  return event_;
}

base::Instant StatsFeed::due() const {
  const std::lock_guard lock(mutex_);
  return due_;
}

void StatsFeed::make(base::Instant now, bool compared) {
  const auto interval = interval_.load();
  // From the planned time, so that a late turn does not shift all that follow.
  due_ = compared && due_ + interval > now ? due_ + interval : now + interval;
  auto taken = sample();
  std::string frame;
  sse::append_event(frame, {.data = json(taken, compared ? before_ : std::nullopt)});
  before_ = std::move(taken);
  event_ = {event_.number + 1, sources_.framing(frame)};
}

StatsFeed::Sample StatsFeed::sample() const {
  const auto& hub = sources_.hub;
  return {.at = sources_.clock.now(),
          .delivered_events = hub.delivered_events.value(),
          .delivered_bytes = hub.delivered_bytes.value(),
          .published_events = sources_.publish.events.value(),
          .flushes = hub.flushes.value(),
          .events_per_flush = hub.events_per_flush.snapshot(),
          .publish_time = sources_.publish.latency.snapshot(),
          .delivery_time = hub.delivery_time.snapshot(),
          .loop_lag = sources_.loop_lag.snapshot(),
          .process = sources_.process()};
}

std::string StatsFeed::json(const Sample& now, const std::optional<Sample>& before) const {
  const auto held = sources_.log.stats();
  Json body = {{"time", base::iso_time(sources_.clock.wall())},
               {"streams", sources_.slots.used()},
               {"streams_max", sources_.slots.limit()},
               {"stream_source_addresses", sources_.slots.addresses().networks()},
               {"stalled_closes_total", sources_.stalled_closes.value()},
               {"gaps_total", sources_.hub.gaps.value()},
               {"rejected_events_total", sources_.publish.rejected.value()},
               {"limit_reached_total", sources_.limits.total()},
               {"history_events", held.events},
               {"history_bytes", held.bytes},
               {"memory_bytes", now.process.resident_bytes},
               {"outbox_bytes", sources_.outbox_bytes.value()},
               {"outbox_connections", sources_.outboxes.value()},
               {"unread_bytes", sources_.streams.unread_bytes.value()},
               {"streams_by_age", ages(sources_.streams)}};
  if (names_topics_) body["busiest_topics"] = busiest_topics(sources_.log);
  if (!before) return body.dump();
  const Seconds time = now.at - before->at;
  const Seconds cpu_time = now.process.cpu_time - before->process.cpu_time;
  const auto per_flush = now.events_per_flush.since(before->events_per_flush).mean();
  body["seconds"] = rounded(time.count(), 1000);
  body["delivered_events_per_second"] = rate(now.delivered_events, before->delivered_events, time);
  body["delivered_bytes_per_second"] = rate(now.delivered_bytes, before->delivered_bytes, time);
  body["published_events_per_second"] = rate(now.published_events, before->published_events, time);
  body["flushes_per_second"] = rate(now.flushes, before->flushes, time);
  body["events_per_flush"] = per_flush ? Json(rounded(*per_flush, 10)) : Json(nullptr);
  body["publish_seconds"] = quantiles(now.publish_time.since(before->publish_time));
  body["delivery_seconds"] = quantiles(now.delivery_time.since(before->delivery_time));
  body["loop_lag_seconds"] = quantiles(now.loop_lag.since(before->loop_lag));
  body["cpu_cores"] = rounded(cpu_time.count() / time.count(), 1000);
  return body.dump();
}

}  // namespace worker::api
