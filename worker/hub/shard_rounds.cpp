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

void Shard::want(Cohort& cohort, Cohort::Wanted wanted) {
  if (!wanted.any()) return;
  if (!cohort.wanted.any()) queue_.push_back(&cohort);
  cohort.wanted = {cohort.wanted.flush || wanted.flush, cohort.wanted.comments || wanted.comments,
                   cohort.wanted.heartbeat_events || wanted.heartbeat_events};
}

void Shard::go_on_with_round() {
  round_posted_ = false;
  while (!queue_.empty()) {
    if (loop_.turn_is_over() || !serve(*queue_.front())) {
      if (!std::exchange(round_posted_, true)) loop_.post([this] { go_on_with_round(); });
      return;
    }
  }
  if (!std::exchange(flushing_, false)) return;
  pace_.end(settings_, crowded_);
  metrics_.flushes.add();
  schedule_flush();
}

// Finishes the round at once, however long it takes.
void Shard::finish_round() {
  while (!queue_.empty()) {
    loop_.timers().turn().begin();
    go_on_with_round();
  }
}

// False if the turn was over before all was done.
bool Shard::serve(Cohort& cohort) {
  // A round that has begun is finished first: a flush may be requested during heartbeats.
  if (at_hand_.beating && !send_heartbeats(cohort)) return false;
  if (cohort.wanted.flush && !flush(cohort)) return false;
  if (!send_heartbeats(cohort)) return false;
  at_hand_ = {};
  queue_.pop_front();
  return true;
}

// --- events ---

void Shard::flush() {
  pace_.begin(loop_.timers().now());
  crowded_ = std::ranges::any_of(pending_, [](const auto* each) { return each->pending.size() > 1; });
  flushing_ = true;
  nothing_offered();
  for (auto* cohort : std::exchange(pending_, {})) want(*cohort, {.flush = true});
  if (!round_posted_) go_on_with_round();
}

bool Shard::flush(Cohort& cohort) {
  if (!std::exchange(at_hand_.flushing, true)) {
    cohort.flushing = std::exchange(cohort.pending, {});
    metrics_.events_per_flush.observe(cohort.flushing.size());
    at_hand_.rest = cohort.flushing;
  }
  while (!at_hand_.ending) {
    if (!deliver(cohort)) return false;
    if (at_hand_.rest.empty()) {
      end_flush(cohort);
      break;
    }
    at_hand_.batch = first_batch(at_hand_.rest, batch_bytes());
    at_hand_.rest = at_hand_.rest.subspan(at_hand_.batch.size());
    cohort.due.swap(cohort.live);
    if (!cohort.due.empty()) at_hand_.wire = framer_.framed(at_hand_.batch);
  }
  if (!end_all(cohort)) return false;
  at_hand_ = {};
  cohort.wanted.flush = false;
  serve_behind(cohort);
  return true;
}

// Sends the current batch to the readers that have not had it.
bool Shard::deliver(Cohort& cohort) {
  std::size_t readers = 0;
  bool over = false;
  for (; !cohort.due.empty() && !over; ++readers) {
    auto& reader = cohort.due.front();
    reader.deliver({at_hand_.batch, at_hand_.wire});
    pace_.sent_to(reader);
    if (reader.ready()) {
      cohort.due.pop_front();
      cohort.live.push_back(reader);
    } else {
      cohort.join_behind(reader, at_hand_.batch.back()->sequence(), true);
    }
    over = loop_.turn_is_over();
  }
  if (readers == 0) return true;
  metrics_.delivered_events.add(readers * at_hand_.batch.size());
  metrics_.delivered_bytes.add(readers * at_hand_.wire->size());
  return !over;
}

void Shard::end_flush(Cohort& cohort) {
  const auto entries = std::exchange(cohort.flushing, {});
  if (cohort.conflates && cohort.slow_readers > 0) {
    for (const auto& entry : entries) conflation_.note(*entry);
  }
  cohort.last_sent = loop_.timers().now();
  cohort.cursor_sent = entries.back()->sequence();
  if (std::ranges::any_of(entries, [](const auto& entry) { return entry->closes(); })) {
    cohort.closed_at = log_.closed_at(cohort.selection);
  }
  at_hand_.ending = true;
  at_hand_.batch = at_hand_.rest = {};
}

// Ends the streams whose topics are all closed, once their readers have all events.
bool Shard::end_all(Cohort& cohort) {
  if (!cohort.at_its_end(follower_.at)) return true;
  while (!cohort.live.empty()) {
    if (loop_.turn_is_over()) return false;
    auto& reader = cohort.live.front();
    if (reader.ready()) reader.end();
    // This reader accepts no more and is removed soon.
    cohort.join_behind(reader, cohort.place(follower_.at), false);
  }
  return true;
}

// --- heartbeats ---

std::chrono::milliseconds Shard::beat_interval() const {
  return std::min<std::chrono::milliseconds>(settings_.heartbeat, beat_interval_max);
}

// Evicts events that are too old or over the bounds.
void Shard::expire() {
  expire_posted_ = false;
  if (log_.expire() && !std::exchange(expire_posted_, true)) loop_.post([this] { expire(); });
}

void Shard::beat() {
  expire();
  take_news();
  std::size_t slow = 0;
  for (auto& [selection, cohort] : cohorts_) {
    want(*cohort, heartbeats_due(*cohort));
    slow += cohort->slow_readers;
  }
  if (slow == 0) conflation_.forget();
  if (hungry_.empty()) slices_.forget_all();
  beat_timer_.arm_in(beat_interval());
  if (!queue_.empty() && !round_posted_) go_on_with_round();
}

Cohort::Wanted Shard::heartbeats_due(Cohort& cohort) {
  if (cohort.live.empty() && cohort.due.empty()) return {};
  const auto now = loop_.timers().now();
  const bool silent = !cohort.has_news() && now - cohort.last_sent >= settings_.heartbeat;
  // Waiting for the next heartbeat would take too long.
  const bool due = cohort.event_heartbeats > 0 &&
                   now + beat_interval() > cohort.last_event_heartbeat + settings_.heartbeat;
  if (silent) cohort.last_sent = now;
  if (due) cohort.last_event_heartbeat = now;
  return {.comments = silent, .heartbeat_events = due};
}

bool Shard::send_heartbeats(Cohort& cohort) {
  auto& wanted = cohort.wanted;
  if (!wanted.comments && !wanted.heartbeat_events) return true;
  if (!std::exchange(at_hand_.beating, true)) {
    // The heartbeat's cursor would skip the events that are pending.
    wanted.comments = wanted.comments && !cohort.has_news();
    if (wanted.comments) at_hand_.comment = quiet_heartbeat(cohort);
    cohort.due.swap(cohort.live);
  }
  while (!cohort.due.empty()) {
    if (loop_.turn_is_over()) return false;
    auto& reader = cohort.due.front();
    const bool by_event = reader.heartbeats_ == Reader::Heartbeats::events;
    if (by_event ? wanted.heartbeat_events : wanted.comments) {
      if (by_event && !at_hand_.heartbeat_event) at_hand_.heartbeat_event = event_heartbeat(cohort);
      reader.heartbeat(by_event ? at_hand_.heartbeat_event : at_hand_.comment);
    }
    if (reader.ready()) {
      cohort.due.pop_front();
      cohort.live.push_back(reader);
    } else {
      cohort.join_behind(reader, cohort.place(follower_.at), true);
    }
  }
  wanted.comments = wanted.heartbeat_events = false;
  at_hand_ = {};
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
