#include "hub/shard.hpp"

#include <algorithm>
#include <utility>

namespace worker::hub {
namespace {

// Slices of history a reader is given before others have their turn.
constexpr int slices_per_turn = 4;
// What a reader gets who takes one delivery only: nothing is kept for it while it takes that.
constexpr std::size_t single_batch_bytes = 131'072;
// Readers who get some in one turn of the loop.
constexpr int readers_per_turn = 32;
constexpr std::size_t news_per_read = 1024;
// An event takes 8 bytes in each cohort that waits for it: 8 MB with these. 8,000 cohorts that ask for the
// same topic get there with 125 events.
constexpr std::size_t queued_entries_max = 1'000'000;

}  // namespace

Subscriber::~Subscriber() {
  if (shard_ != nullptr) shard_->leave(*this);
}

const log::Subscription& Subscriber::subscription() const { return cohort_->subscription; }

Shard::Shard(net::Loop& loop, log::Log& log, const Settings& settings, Metrics& metrics, Framing framing)
    : loop_(loop),
      log_(log),
      metrics_(metrics),
      framer_(std::move(framing)),
      slices_(log, framer_),
      flush_timer_(loop.timers(), [this] { schedule_flush(); }),
      heartbeat_timer_(loop.timers(), [this] { beat(); }) {
  update(settings);
  log_.follow(follower_, [this] {
    if (!pull_posted_.exchange(true)) loop_.post([this] { pull_new_entries(); });
  });
}

void Shard::update(const Settings& settings) {
  settings_ = settings;
  conflation_ = Conflation(settings_.conflate);
  heartbeat_timer_.arm_in(heartbeat_tick_interval());
}

// --- who reads ---

void Shard::subscribe(Subscriber& reader, const log::Subscription& subscription, log::Sequence after,
                      log::EvictionCount evictions_seen, base::ByteBudget::Reservation share) {
  pull_new_entries();
  auto& cohort = cohort_for(subscription, std::move(share));
  cohort.closed_at = log_.closed_at(subscription);
  reader.evictions_seen_ = evictions_seen;
  reader.shard_ = this;
  reader.cohort_ = &cohort;
  metrics_.readers.add(1);
  if (reader.heartbeats_ == Subscriber::HeartbeatMode::events && cohort.event_heartbeats++ == 0)
    cohort.last_event_heartbeat = loop_.timers().now();
  cohort.join_catching_up(reader, after, false);
  // One slice: what is sent in the turn of the request is gathered, and does not ask whether the socket is
  // full.
  catch_up(reader, 1);
}

Cohort& Shard::cohort_for(const log::Subscription& subscription, base::ByteBudget::Reservation share) {
  const auto place = cohorts_.try_emplace(subscription).first;
  auto& cohort = place->second;
  if (cohort) return *cohort;
  cohort = std::make_unique<Cohort>(place->first);
  cohort->share = std::move(share);
  cohort->last_sent = loop_.timers().now();
  cohort->cursor_sent = follower_.at;
  routes_.add(*cohort, subscription);
  metrics_.cohorts.add(1);
  return *cohort;
}

void Shard::leave(Subscriber& reader) {
  auto& cohort = *reader.cohort_;
  cohort.leave(reader);
  pacer_.forget(reader);
  metrics_.readers.add(-1);
  if (cohort.empty()) remove(cohort);
}

void Shard::remove(Cohort& cohort) {
  routes_.remove(cohort, cohort.subscription);
  if (!cohort.pending.empty()) std::erase(pending_, &cohort);
  if (cohort.wanted.any()) {
    if (queue_.front() == &cohort) round_ = {};
    std::erase(queue_, &cohort);
  }
  slices_.forget(cohort);
  metrics_.cohorts.add(-1);
  cohorts_.erase(cohorts_.find(cohort.subscription));
}

// --- from the log to the cohorts ---

void Shard::pull_new_entries() {
  pull_posted_ = false;
  apply_loss();
  while (!full()) {
    const auto news = log_.read_all(follower_.at, news_per_read);
    if (news.empty()) break;
    // append() evicted only a part of what is over the bounds.
    if (!expire_posted_) expire();
    for (const auto& entry : news) {
      route(entry);
      follower_.at = entry->sequence();
      if (full() || loop_.turn_is_over()) break;
    }
    // Readers that subscribe meanwhile wait until all of it has been taken.
    if (loop_.turn_is_over()) {
      if (!pull_posted_.exchange(true)) loop_.post([this] { pull_new_entries(); });
      break;
    }
  }
  schedule_flush();
}

// Whoever is live is behind then: catching up tells it of what was lost.
void Shard::apply_loss() {
  const auto lost = log_.lost_through();
  if (lost <= follower_.at) return;
  finish_round();
  if (!pending_.empty()) {
    flush();
    finish_round();
  }
  for (auto& [subscription, cohort] : cohorts_) {
    while (!cohort->live.empty()) cohort->join_catching_up(cohort->live.front(), follower_.at, false);
    cohort->closed_at = log_.closed_at(subscription);
  }
  follower_.at = lost;
  slices_.forget_all();
  for (auto& [subscription, cohort] : cohorts_) serve_catching_up(*cohort);
}

// Nothing of what was offered waits for the next flush any more.
void Shard::clear_queue() {
  if (full() && !pull_posted_.exchange(true)) loop_.post([this] { pull_new_entries(); });
  queued_entries_ = 0;
}

// True if further new events must stay in the log until the flush of these has begun.
bool Shard::full() const { return queued_entries_ >= queued_entries_max; }

void Shard::route(const log::EntryPtr& entry) {
  for (const auto& topic : entry->topics()) {
    routes_.each(topic, [&](Cohort& cohort) { enqueue(cohort, entry); });
  }
}

void Shard::enqueue(Cohort& cohort, const log::EntryPtr& entry) {
  // Once, also where several of its topics match.
  if (!cohort.pending.empty() && cohort.pending.back() == entry) return;
  if (cohort.pending.empty()) pending_.push_back(&cohort);
  cohort.pending.push_back(entry);
  ++queued_entries_;
  if (!cohort.conflates) cohort.conflates = conflation_.applies_to(*entry, cohort.subscription);
}

// --- flushing ---

void Shard::schedule_flush() {
  if (flushing_) return;
  // All that waited for one may have left.
  if (pending_.empty()) return clear_queue();
  if (full()) return flush();
  if (flush_timer_.armed()) return;
  const auto now = loop_.timers().now();
  const auto next = pacer_.next(now);
  if (next <= now) return flush();
  flush_timer_.arm(next);
}

// --- readers who are not live ---

// Those who may be up to date now, but found a flush pending. The others come by themselves: when their
// socket has drained, or when it is their turn.
void Shard::serve_catching_up(Cohort& cohort) {
  for (auto next = cohort.behind.begin(); next != cohort.behind.end();) {
    auto& reader = *next++;
    if (reader.replay_hook_.is_linked() || !reader.ready()) continue;
    if (loop_.turn_is_over()) {
      queue_replay(reader);
    } else {
      catch_up(reader, slices_per_turn);
    }
  }
}

void Shard::on_drained(Subscriber& reader) {
  if (reader.catching_up_) catch_up(reader, slices_per_turn);
}

void Shard::catch_up(Subscriber& reader, int slices_max) {
  for (int slices = 0; slices < slices_max; ++slices) {
    if (!reader.ready() || settle(reader)) return;
    send_replay_slice(reader);
  }
  if (reader.ready() && !settle(reader)) queue_replay(reader);
}

void Shard::queue_replay(Subscriber& reader) {
  reader.replay_hook_.unlink();
  replay_queue_.push_back(reader);
  if (!std::exchange(replay_posted_, true)) loop_.post([this] { serve_replay_queue(); });
}

void Shard::serve_replay_queue() {
  replay_posted_ = false;
  ReplayQueue turn;
  turn.swap(replay_queue_);
  for (int served = 0; !turn.empty() && served < readers_per_turn && !loop_.turn_is_over(); ++served) {
    auto& reader = turn.front();
    turn.pop_front();
    catch_up(reader, slices_per_turn);
  }
  // The rest comes first in the next turn.
  replay_queue_.splice(replay_queue_.begin(), turn);
  if (!replay_queue_.empty() && !std::exchange(replay_posted_, true))
    loop_.post([this] { serve_replay_queue(); });
}

// Makes a reader live, or ends it, where there is nothing left to replay. False where there is.
bool Shard::settle(Subscriber& reader) {
  auto& cohort = *reader.cohort_;
  if (reader.at_ < cohort.place(follower_.at)) return false;
  // If a flush is pending, serve_catching_up() is called again after it.
  if (cohort.has_news()) return true;
  // The reader began at the log's end, which this shard has not reached yet.
  if (reader.at_ > follower_.at) {
    queue_replay(reader);
    return true;
  }
  cohort.join_live(reader);
  if (cohort.at_its_end(follower_.at)) reader.end();
  return true;
}

void Shard::send_replay_slice(Subscriber& reader) {
  auto& cohort = *reader.cohort_;
  const bool conflates = cohort.conflates && reader.slow_;
  const auto slice =
      slices_.next({.cohort = cohort,
                    .after = reader.at_,
                    .until = cohort.place(follower_.at),
                    .bytes_max = reader.takes_single_batch() ? single_batch_bytes : batch_bytes(),
                    .conflation = conflates ? &conflation_ : nullptr},
                   reader.evictions_seen_);
  if (slice->evicted_through > reader.at_) {
    const auto next = slice->entries.empty() ? slice->through : slice->entries.front()->sequence() - 1;
    metrics_.gaps.add();
    reader.gap(slice->why, reader.at_, std::min(slice->evicted_through, next));
  }
  reader.at_ = slice->through;
  metrics_.conflated_events.add(slice->conflated);
  if (slice->entries.empty()) return;
  reader.deliver({slice->entries, slice->wire});
  metrics_.replayed_events.add(slice->entries.size());
  metrics_.delivered_events.add(slice->entries.size());
  metrics_.delivered_bytes.add(slice->wire->size());
}

}  // namespace worker::hub
