#include "hub/heartbeats.hpp"

#include <algorithm>

#include "sse/frame.hpp"

namespace worker::hub {
namespace {

constexpr std::chrono::milliseconds tick_interval_max{1'000};

}  // namespace

std::chrono::milliseconds Heartbeats::tick_interval() const {
  return std::min(shard_.settings.heartbeat, tick_interval_max);
}

Cohort::RoundRequest Heartbeats::due(Cohort& cohort) const {
  if (cohort.live.empty() && cohort.unsent.empty()) return {};
  const auto now = shard_.loop.timers().now();
  const auto interval = shard_.settings.heartbeat;
  const bool silent = !cohort.has_news() && now - cohort.last_sent >= interval;
  // The tick after this one would be too late.
  const bool events =
      cohort.event_heartbeats > 0 && now + tick_interval() > cohort.last_event_heartbeat + interval;
  if (silent) cohort.last_sent = now;
  if (events) cohort.last_event_heartbeat = now;
  return {.comments = silent, .heartbeat_events = events};
}

base::Bytes Heartbeats::comment(Cohort& cohort) const {
  std::string payload;
  if (const auto position = shard_.position(); cohort.cursor_sent != position) {
    cohort.cursor_sent = position;
    sse::append_cursor(payload, shard_.log.id_of(position));
  } else {
    sse::append_comment(payload, {});
  }
  return shard_.framer.framed(payload);
}

base::Bytes Heartbeats::event(const Cohort& cohort) const {
  std::string payload;
  sse::append_heartbeat(payload, shard_.log.id_of(cohort.live_position(shard_.position())),
                        shard_.settings.heartbeat);
  return shard_.framer.framed(payload);
}

}  // namespace worker::hub
