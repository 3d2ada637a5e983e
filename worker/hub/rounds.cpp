#include "hub/rounds.hpp"

#include <algorithm>
#include <utility>

#include "hub/backpressure.hpp"

namespace worker::hub {
namespace {

// As many of `entries` as have `bytes_max` bytes together, or the first one.
std::span<const log::EntryPtr> first_batch(std::span<const log::EntryPtr> entries, std::size_t bytes_max) {
  std::size_t count = 1;
  auto bytes = entries.front()->frame().size();
  while (count < entries.size() && (bytes += entries[count]->frame().size()) <= bytes_max) ++count;
  return entries.first(count);
}

}  // namespace

void Rounds::flush(const std::vector<Cohort*>& cohorts) {
  pacer_.begin(shard_.loop.timers().now());
  batched_ = std::ranges::any_of(cohorts, [](const auto* each) { return each->pending.size() > 1; });
  flushing_ = true;
  for (auto* cohort : cohorts) request(*cohort, {.flush = true});
  resume();
}

void Rounds::request(Cohort& cohort, Cohort::RoundRequest request) {
  if (!request.any()) return;
  auto& requested = cohort.requested;
  if (!requested.any()) queue_.push_back(&cohort);
  requested = {requested.flush || request.flush, requested.comments || request.comments,
               requested.heartbeat_events || request.heartbeat_events, requested.end || request.end};
}

void Rounds::request_end(Cohort& cohort) {
  cohort.closed_at = shard_.log.closed_at(cohort.subscription);
  if (cohort.closed_at != 0) request(cohort, {.end = true});
}

void Rounds::resume() {
  if (!posted_) run();
}

void Rounds::run() {
  while (!queue_.empty()) {
    if (shard_.loop.turn_is_over() || !serve(*queue_.front())) return post();
  }
  if (!std::exchange(flushing_, false)) return;
  pacer_.end(shard_.settings, batched_);
  shard_.metrics.flushes.add();
  on_flushed_();
}

void Rounds::post() {
  if (std::exchange(posted_, true)) return;
  shard_.loop.post([this] {
    posted_ = false;
    run();
  });
}

void Rounds::finish() {
  while (!queue_.empty()) {
    shard_.loop.timers().turn().begin();
    run();
  }
}

void Rounds::remove(Cohort& cohort) {
  if (!cohort.requested.any()) return;
  if (queue_.front() == &cohort) progress_ = {};
  std::erase(queue_, &cohort);
}

// False if the turn was over before all was sent.
bool Rounds::serve(Cohort& cohort) {
  // Heartbeats that have begun are finished first: a flush may be requested meanwhile.
  if (progress_.sending_heartbeats && !send_heartbeats(cohort)) return false;
  if (cohort.requested.flush && !flush(cohort)) return false;
  if (!send_heartbeats(cohort)) return false;
  if (cohort.requested.end && !end_streams(cohort)) return false;
  cohort.requested.end = false;
  progress_ = {};
  queue_.pop_front();
  return true;
}

// --- events ---

bool Rounds::flush(Cohort& cohort) {
  if (!std::exchange(progress_.flushing, true)) {
    cohort.flushing = std::exchange(cohort.pending, {});
    shard_.metrics.events_per_flush.observe(cohort.flushing.size());
    progress_.rest = cohort.flushing;
  }
  while (!progress_.ending) {
    if (!deliver(cohort)) return false;
    if (progress_.rest.empty()) {
      end_flush(cohort);
      break;
    }
    progress_.batch = first_batch(progress_.rest, batch_bytes(shard_.settings));
    progress_.rest = progress_.rest.subspan(progress_.batch.size());
    cohort.unsent.swap(cohort.live);
    if (!cohort.unsent.empty()) progress_.wire = shard_.framer.framed(progress_.batch);
  }
  if (!end_streams(cohort)) return false;
  progress_ = {};
  cohort.requested.flush = false;
  replay_.serve_after_flush(cohort);
  return true;
}

// Sends the current batch to the subscribers that have not had it.
bool Rounds::deliver(Cohort& cohort) {
  std::size_t subscribers = 0;
  bool over = false;
  base::Instant now;
  for (; !cohort.unsent.empty() && !over; ++subscribers) {
    auto& subscriber = cohort.unsent.front();
    subscriber.deliver({progress_.batch, progress_.wire});
    pacer_.sent_to(subscriber);
    after_sending(cohort, subscriber, progress_.batch.back()->sequence());
    now = shard_.loop.timers().now();
    over = shard_.loop.timers().turn().is_over(now);
  }
  if (subscribers == 0) return true;
  observe_delivery(now, subscribers);
  shard_.metrics.delivered_events.add(subscribers * progress_.batch.size());
  shard_.metrics.delivered_bytes.add(subscribers * progress_.wire->size());
  return !over;
}

// For all that were written to in this turn, which is a few milliseconds at most: what is observed costs
// nothing for a single one. An event from before the start of the process, whose age is not known, does not
// count.
void Rounds::observe_delivery(base::Instant written, std::size_t subscribers) {
  const auto& oldest = *progress_.batch.front();
  if (oldest.dated_ms() != 0) return;
  const auto time = std::chrono::duration_cast<std::chrono::microseconds>(written - oldest.at()).count();
  shard_.metrics.delivery_time.observe(static_cast<std::uint64_t>(std::max<std::int64_t>(time, 0)),
                                       subscribers);
}

void Rounds::end_flush(Cohort& cohort) {
  const auto entries = std::exchange(cohort.flushing, {});
  if (cohort.conflates && cohort.slow_subscribers > 0) {
    for (const auto& entry : entries) shard_.conflation.note(*entry);
  }
  cohort.last_sent = shard_.loop.timers().now();
  cohort.cursor_sent = entries.back()->sequence();
  if (std::ranges::any_of(entries, [](const auto& entry) { return entry->closes(); })) {
    cohort.closed_at = shard_.log.closed_at(cohort.subscription);
  }
  progress_.ending = true;
  progress_.batch = progress_.rest = {};
}

// Ends the streams whose topics are all closed, once their subscribers have all events.
bool Rounds::end_streams(Cohort& cohort) {
  const auto position = shard_.position();
  if (!cohort.at_its_end(position)) return true;
  while (!cohort.live.empty()) {
    if (shard_.loop.turn_is_over()) return false;
    auto& subscriber = cohort.live.front();
    if (subscriber.ready()) subscriber.end();
    // An ended subscriber is never ready again and is destroyed soon.
    cohort.join_catching_up(subscriber, cohort.live_position(position), false);
  }
  return true;
}

// --- heartbeats ---

bool Rounds::send_heartbeats(Cohort& cohort) {
  auto& requested = cohort.requested;
  if (!requested.comments && !requested.heartbeat_events) return true;
  if (!std::exchange(progress_.sending_heartbeats, true)) {
    // A comment's cursor would skip the events that are pending.
    requested.comments = requested.comments && !cohort.has_news();
    if (requested.comments) progress_.comment = heartbeats_.comment(cohort);
    cohort.unsent.swap(cohort.live);
  }
  while (!cohort.unsent.empty()) {
    if (shard_.loop.turn_is_over()) return false;
    auto& subscriber = cohort.unsent.front();
    const bool by_event = subscriber.heartbeats_ == Subscriber::HeartbeatMode::events;
    if (by_event ? requested.heartbeat_events : requested.comments) {
      if (by_event && !progress_.heartbeat_event) progress_.heartbeat_event = heartbeats_.event(cohort);
      subscriber.heartbeat(by_event ? progress_.heartbeat_event : progress_.comment);
    }
    after_sending(cohort, subscriber, cohort.live_position(shard_.position()));
  }
  requested.comments = requested.heartbeat_events = false;
  progress_ = {};
  return true;
}

}  // namespace worker::hub
