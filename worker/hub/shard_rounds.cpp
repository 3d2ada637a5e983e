// The rounds of a shard: a flush of events, or heartbeats, for any number of cohorts and readers, in as many
// turns of the loop as needed. A cohort gets its next round after this one has reached all its readers.
#include <algorithm>
#include <utility>

#include "hub/shard.hpp"
#include "sse/frame.hpp"

namespace worker::hub {
namespace {

constexpr std::chrono::milliseconds beat_interval_max{1'000};

// As many of `entries` as have `bytes_max` bytes together, or the first one.
std::span<const log::EntryPtr> first_batch(std::span<const log::EntryPtr> entries, std::size_t bytes_max) {
  std::size_t count = 1;
  auto bytes = entries.front()->frame().size();
  while (count < entries.size() && (bytes += entries[count]->frame().size()) <= bytes_max) ++count;
  return entries.first(count);
}

}  // namespace

void Shard::request_round(Cohort& cohort, Cohort::RoundRequest wanted) {
  if (!wanted.any()) return;
  if (!cohort.wanted.any()) queue_.push_back(&cohort);
  cohort.wanted = {cohort.wanted.flush || wanted.flush, cohort.wanted.comments || wanted.comments,
                   cohort.wanted.heartbeat_events || wanted.heartbeat_events};
}

void Shard::continue_round() {
  round_posted_ = false;
  while (!queue_.empty()) {
    if (loop_.turn_is_over() || !serve(*queue_.front())) {
      if (!std::exchange(round_posted_, true)) loop_.post([this] { continue_round(); });
      return;
    }
  }
  if (!std::exchange(flushing_, false)) return;
  pacer_.end(settings_, batched_);
  metrics_.flushes.add();
  schedule_flush();
}

// Finishes the round at once, however long it takes.
void Shard::finish_round() {
  while (!queue_.empty()) {
    loop_.timers().turn().begin();
    continue_round();
  }
}

// False if the turn was over before all was done.
bool Shard::serve(Cohort& cohort) {
  // A round that has begun is finished first: a flush may be requested during heartbeats.
  if (round_.sending_heartbeats && !send_heartbeats(cohort)) return false;
  if (cohort.wanted.flush && !flush(cohort)) return false;
  if (!send_heartbeats(cohort)) return false;
  round_ = {};
  queue_.pop_front();
  return true;
}

// --- events ---

void Shard::flush() {
  pacer_.begin(loop_.timers().now());
  batched_ = std::ranges::any_of(pending_, [](const auto* each) { return each->pending.size() > 1; });
  flushing_ = true;
  clear_queue();
  for (auto* cohort : std::exchange(pending_, {})) request_round(*cohort, {.flush = true});
  if (!round_posted_) continue_round();
}

bool Shard::flush(Cohort& cohort) {
  if (!std::exchange(round_.flushing, true)) {
    cohort.flushing = std::exchange(cohort.pending, {});
    metrics_.events_per_flush.observe(cohort.flushing.size());
    round_.rest = cohort.flushing;
  }
  while (!round_.ending) {
    if (!deliver(cohort)) return false;
    if (round_.rest.empty()) {
      end_flush(cohort);
      break;
    }
    round_.batch = first_batch(round_.rest, batch_bytes());
    round_.rest = round_.rest.subspan(round_.batch.size());
    cohort.due.swap(cohort.live);
    if (!cohort.due.empty()) round_.wire = framer_.framed(round_.batch);
  }
  if (!end_all(cohort)) return false;
  round_ = {};
  cohort.wanted.flush = false;
  serve_catching_up(cohort);
  return true;
}

// Sends the current batch to the readers that have not had it.
bool Shard::deliver(Cohort& cohort) {
  std::size_t readers = 0;
  bool over = false;
  for (; !cohort.due.empty() && !over; ++readers) {
    auto& reader = cohort.due.front();
    reader.deliver({round_.batch, round_.wire});
    pacer_.sent_to(reader);
    if (reader.ready()) {
      cohort.due.pop_front();
      cohort.live.push_back(reader);
    } else {
      cohort.join_catching_up(reader, round_.batch.back()->sequence(), true);
    }
    over = loop_.turn_is_over();
  }
  if (readers == 0) return true;
  metrics_.delivered_events.add(readers * round_.batch.size());
  metrics_.delivered_bytes.add(readers * round_.wire->size());
  return !over;
}

void Shard::end_flush(Cohort& cohort) {
  const auto entries = std::exchange(cohort.flushing, {});
  if (cohort.conflates && cohort.slow_subscribers > 0) {
    for (const auto& entry : entries) conflation_.note(*entry);
  }
  cohort.last_sent = loop_.timers().now();
  cohort.cursor_sent = entries.back()->sequence();
  if (std::ranges::any_of(entries, [](const auto& entry) { return entry->closes(); })) {
    cohort.closed_at = log_.closed_at(cohort.subscription);
  }
  round_.ending = true;
  round_.batch = round_.rest = {};
}

// Ends the streams whose topics are all closed, once their readers have all events.
bool Shard::end_all(Cohort& cohort) {
  if (!cohort.at_its_end(follower_.at)) return true;
  while (!cohort.live.empty()) {
    if (loop_.turn_is_over()) return false;
    auto& reader = cohort.live.front();
    if (reader.ready()) reader.end();
    // This reader accepts no more and is removed soon.
    cohort.join_catching_up(reader, cohort.place(follower_.at), false);
  }
  return true;
}

// --- heartbeats ---

std::chrono::milliseconds Shard::heartbeat_tick_interval() const {
  return std::min<std::chrono::milliseconds>(settings_.heartbeat, beat_interval_max);
}

// Evicts events that are too old or over the bounds.
void Shard::expire() {
  expire_posted_ = false;
  if (log_.expire() && !std::exchange(expire_posted_, true)) loop_.post([this] { expire(); });
}

void Shard::beat() {
  expire();
  pull_new_entries();
  std::size_t slow = 0;
  for (auto& [subscription, cohort] : cohorts_) {
    request_round(*cohort, heartbeats_due(*cohort));
    slow += cohort->slow_subscribers;
  }
  if (slow == 0) conflation_.forget();
  if (replay_queue_.empty()) slices_.forget_all();
  heartbeat_timer_.arm_in(heartbeat_tick_interval());
  if (!queue_.empty() && !round_posted_) continue_round();
}

Cohort::RoundRequest Shard::heartbeats_due(Cohort& cohort) {
  if (cohort.live.empty() && cohort.due.empty()) return {};
  const auto now = loop_.timers().now();
  const bool silent = !cohort.has_news() && now - cohort.last_sent >= settings_.heartbeat;
  // Waiting for the next heartbeat would take too long.
  const bool due = cohort.event_heartbeats > 0 &&
                   now + heartbeat_tick_interval() > cohort.last_event_heartbeat + settings_.heartbeat;
  if (silent) cohort.last_sent = now;
  if (due) cohort.last_event_heartbeat = now;
  return {.comments = silent, .heartbeat_events = due};
}

bool Shard::send_heartbeats(Cohort& cohort) {
  auto& wanted = cohort.wanted;
  if (!wanted.comments && !wanted.heartbeat_events) return true;
  if (!std::exchange(round_.sending_heartbeats, true)) {
    // The heartbeat's cursor would skip the events that are pending.
    wanted.comments = wanted.comments && !cohort.has_news();
    if (wanted.comments) round_.comment = quiet_heartbeat(cohort);
    cohort.due.swap(cohort.live);
  }
  while (!cohort.due.empty()) {
    if (loop_.turn_is_over()) return false;
    auto& reader = cohort.due.front();
    const bool by_event = reader.heartbeats_ == Subscriber::HeartbeatMode::events;
    if (by_event ? wanted.heartbeat_events : wanted.comments) {
      if (by_event && !round_.heartbeat_event) round_.heartbeat_event = event_heartbeat(cohort);
      reader.heartbeat(by_event ? round_.heartbeat_event : round_.comment);
    }
    if (reader.ready()) {
      cohort.due.pop_front();
      cohort.live.push_back(reader);
    } else {
      cohort.join_catching_up(reader, cohort.place(follower_.at), true);
    }
  }
  wanted.comments = wanted.heartbeat_events = false;
  round_ = {};
  return true;
}

base::Bytes Shard::quiet_heartbeat(Cohort& cohort) const {
  std::string payload;
  if (cohort.cursor_sent != follower_.at) {
    cohort.cursor_sent = follower_.at;
    sse::append_cursor(payload, log_.id_of(follower_.at));
  } else {
    sse::append_comment(payload, {});
  }
  return framer_.framed(payload);
}

base::Bytes Shard::event_heartbeat(const Cohort& cohort) const {
  std::string payload;
  sse::append_heartbeat(payload, log_.id_of(cohort.place(follower_.at)), settings_.heartbeat);
  return framer_.framed(payload);
}

}  // namespace worker::hub
