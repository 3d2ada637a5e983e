#include "hub/shard.hpp"

#include <utility>

#include "sse/frame.hpp"

namespace worker::hub {
namespace {

constexpr std::size_t entries_per_read = 1024;

}  // namespace

Subscriber::~Subscriber() {
  if (shard_ != nullptr) shard_->leave(*this);
}

const log::Subscription& Subscriber::subscription() const { return cohort_->subscription; }

Shard::Shard(net::Loop& loop, log::Log& log, const Settings& settings, Metrics& metrics, Framing framing)
    : context_{loop, log, metrics, Framer(std::move(framing))},
      flush_timer_(loop.timers(), [this] { schedule_flush(); }),
      heartbeat_timer_(loop.timers(), [this] { heartbeat_tick(); }) {
  update(settings);
  log.follow(context_.follower, [this] { post_pull(); });
}

void Shard::update(const Settings& settings) {
  context_.settings = settings;
  context_.conflation = Conflation(settings.conflate);
  heartbeat_timer_.arm_in(rounds_.heartbeat_tick());
}

// --- subscribers and their cohorts ---

void Shard::subscribe(Subscriber& subscriber, const log::Subscription& subscription, log::Sequence after,
                      log::EvictionCount evictions_seen, base::ByteBudget::Reservation share) {
  context_.loop.assert_on_thread();
  pull_new_entries();
  auto& cohort = cohort_for(subscription, std::move(share));
  cohort.closed_at = context_.log.closed_at(subscription);
  subscriber.evictions_seen_ = evictions_seen;
  subscriber.shard_ = this;
  subscriber.cohort_ = &cohort;
  context_.metrics.subscribers.add(1);
  if (subscriber.heartbeats_ == Subscriber::HeartbeatMode::events && cohort.event_heartbeats++ == 0)
    cohort.last_event_heartbeat = context_.loop.timers().now();
  cohort.join_catching_up(subscriber, after, false);
  // One slice: what is sent in the turn of the request is gathered, and does not show whether the socket is
  // full.
  replay_.serve(subscriber, 1);
}

void Shard::subscribe_again(Subscriber& subscriber, const log::Subscription& subscription,
                            const log::ResumePoint& point, base::ByteBudget::Reservation share) {
  subscribe(subscriber, subscription, point.after, point.evictions_seen, std::move(share));
  auto& cohort = *subscriber.cohort_;
  cohort.last_sent = cohort.last_event_heartbeat = {};
}

void Shard::settle() {
  for (auto before = context_.position();; before = context_.position()) {
    context_.loop.timers().turn().begin();
    pull_new_entries();
    rounds_.finish();
    while (!live_queue_.empty()) {
      flush();
      rounds_.finish();
    }
    if (context_.position() == before) return;
  }
}

void Shard::on_drained(Subscriber& subscriber) {
  context_.loop.assert_on_thread();
  if (subscriber.catching_up_) replay_.serve(subscriber);
}

std::optional<log::Sequence> Shard::position_of(const Subscriber& subscriber) const {
  if (subscriber.catching_up_) return subscriber.position_;
  if (subscriber.cohort_->has_news()) return std::nullopt;
  return context_.position();
}

Cohort& Shard::cohort_for(const log::Subscription& subscription, base::ByteBudget::Reservation share) {
  const auto place = cohorts_.try_emplace(subscription).first;
  auto& cohort = place->second;
  if (cohort) return *cohort;
  cohort = std::make_unique<Cohort>(place->first);
  cohort->share = std::move(share);
  cohort->last_sent = context_.loop.timers().now();
  cohort->cursor_sent = context_.position();
  live_queue_.add(*cohort);
  context_.metrics.cohorts.add(1);
  return *cohort;
}

void Shard::leave(Subscriber& subscriber) {
  context_.loop.assert_on_thread();
  auto& cohort = *subscriber.cohort_;
  cohort.leave(subscriber);
  rounds_.forget(subscriber);
  context_.metrics.subscribers.add(-1);
  if (cohort.empty()) remove(cohort);
}

void Shard::remove(Cohort& cohort) {
  live_queue_.remove(cohort);
  rounds_.remove(cohort);
  replay_.forget(cohort);
  context_.metrics.cohorts.add(-1);
  cohorts_.erase(cohorts_.find(cohort.subscription));
}

// --- from the log to the flush ---

// From any thread.
void Shard::post_pull() {
  if (!pull_posted_.exchange(true)) context_.loop.post([this] { pull_new_entries(); });
}

void Shard::watch_type(std::string_view type, std::function<void(const log::Entry&)> watch) {
  watched_ = sse::type_line(type);
  watch_ = std::move(watch);
}

void Shard::pull_new_entries() {
  context_.loop.assert_on_thread();
  pull_posted_ = false;
  apply_loss();
  auto& position = context_.follower.at;
  while (!live_queue_.full()) {
    const auto entries = context_.log.read_all(position, entries_per_read);
    if (entries.empty()) break;
    for (const auto& entry : entries) {
      live_queue_.push(entry);
      if (watch_ && entry->frame().starts_with(watched_)) watch_(*entry);
      position = entry->sequence();
      if (live_queue_.full() || context_.loop.turn_is_over()) break;
    }
    // Subscribers that come meanwhile are live once the shard has read all of it.
    if (context_.loop.turn_is_over()) {
      post_pull();
      break;
    }
  }
  end_closed();
  schedule_flush();
}

// Ends the streams whose topics were closed by a private event that they do not get.
void Shard::end_closed() {
  const auto closed = live_queue_.take_closed();
  if (closed.empty()) return;
  for (auto* cohort : closed) rounds_.request_end(*cohort);
  rounds_.resume();
}

// All live subscribers fall behind: Replay tells them what was lost.
void Shard::apply_loss() {
  auto& position = context_.follower.at;
  const auto lost = context_.log.lost_through();
  if (lost <= position) return;
  rounds_.finish();
  if (!live_queue_.empty()) {
    flush();
    rounds_.finish();
  }
  for (auto& [subscription, cohort] : cohorts_) {
    while (!cohort->live.empty()) cohort->join_catching_up(cohort->live.front(), position, false);
    cohort->closed_at = context_.log.closed_at(subscription);
  }
  position = lost;
  replay_.forget_slices();
  for (auto& [subscription, cohort] : cohorts_) replay_.serve_after_flush(*cohort);
}

void Shard::schedule_flush() {
  if (rounds_.flushing()) return;
  if (live_queue_.empty() || live_queue_.full()) return flush();
  if (flush_timer_.armed()) return;
  const auto now = context_.loop.timers().now();
  const auto next = rounds_.next_flush(now);
  if (next <= now) return flush();
  flush_timer_.arm(next);
}

// Where the queue is empty, there is room for more now: the cohorts that its events waited for may have left.
void Shard::flush() {
  // The log has more than the queue could hold.
  if (live_queue_.full()) post_pull();
  const auto cohorts = live_queue_.take();
  if (!cohorts.empty()) rounds_.flush(cohorts);
}

void Shard::heartbeat_tick() {
  pull_new_entries();
  std::size_t slow = 0;
  for (auto& [subscription, cohort] : cohorts_) {
    rounds_.request_heartbeats(*cohort);
    slow += cohort->slow_subscribers;
  }
  if (slow == 0) context_.conflation.forget();
  replay_.forget_unused_slices();
  heartbeat_timer_.arm_in(rounds_.heartbeat_tick());
  rounds_.resume();
}

}  // namespace worker::hub
