// Cohort: the subscribers on one loop that have the same subscription. What a flush sends them is prepared
// once. Owned by its Shard, as long as it has subscribers. Loop thread only.
#pragma once

#include <utility>
#include <vector>

#include "base/byte_budget.hpp"
#include "hub/subscriber.hpp"

namespace worker::hub {

class Cohort {
 public:
  using Subscribers =
      boost::intrusive::list<Subscriber,
                             boost::intrusive::member_hook<Subscriber, Subscriber::Hook, &Subscriber::hook_>,
                             boost::intrusive::constant_time_size<false>>;

  explicit Cohort(const log::Subscription& asked) : subscription(asked) {}
  explicit Cohort(log::Subscription&&) = delete;  // `subscription` would refer to what is gone

  void join_live(Subscriber& subscriber) {
    subscriber.hook_.unlink();
    subscriber.replay_hook_.unlink();
    forget_slow(subscriber);
    subscriber.catching_up_ = false;
    live.push_back(subscriber);
  }
  void join_catching_up(Subscriber& subscriber, log::Sequence position, bool slow) {
    subscriber.hook_.unlink();
    subscriber.catching_up_ = true;
    subscriber.slow_ = slow;
    if (slow) ++slow_subscribers;
    subscriber.position_ = position;
    catching_up.push_back(subscriber);
  }
  void leave(Subscriber& subscriber) {
    subscriber.hook_.unlink();
    forget_slow(subscriber);
    if (subscriber.heartbeats_ == Subscriber::HeartbeatMode::events) --event_heartbeats;
  }
  bool empty() const { return live.empty() && unsent.empty() && catching_up.empty(); }
  /// A flush is to come, or under way.
  bool has_news() const { return !pending.empty() || !flushing.empty(); }

  /// Live subscribers have everything that matches up to here; `position` is the shard's.
  log::Sequence live_position(log::Sequence position) const {
    if (!flushing.empty()) return flushing.front()->sequence() - 1;
    return pending.empty() ? position : pending.front()->sequence() - 1;
  }

  /// Live subscribers have everything there will ever be. The log may be ahead of the shard: a topic can be
  /// closed there while its last events are on their way here.
  bool at_its_end(log::Sequence position) const {
    return closed_at != 0 && closed_at <= live_position(position);
  }

  /// Its key in the shard's table, which outlives it: a hundred long names take 125 KB.
  const log::Subscription& subscription;
  /// Up to date: the next flush goes to them as it is.
  Subscribers live;
  /// Live subscribers that the current round has not reached yet.
  Subscribers unsent;
  /// Subscribers that are not live: Replay serves them.
  Subscribers catching_up;
  /// For the next flush, in order.
  std::vector<log::EntryPtr> pending;
  /// Of the flush under way; empty while none is.
  std::vector<log::EntryPtr> flushing;
  /// What the next round, or the current one, is to send. While there is any, the cohort is in the queue of
  /// Rounds.
  struct RoundRequest {
    bool flush = false;
    bool comments = false;          // a heartbeat for subscribers that get comments
    bool heartbeat_events = false;  // and for those that get events
    bool end = false;               // without a flush, if all topics are closed
    bool any() const { return flush || comments || heartbeat_events || end; }
  } requested;
  /// Of `catching_up`: the slow ones, which skip superseded values. See hub/backpressure.hpp.
  std::size_t slow_subscribers = 0;
  /// Some of its events conflate.
  bool conflates = false;
  /// The last event of the subscription, once all its topics are closed: a subscriber that has it, ends. 0
  /// before.
  log::Sequence closed_at = 0;
  /// The last cursor that live subscribers have.
  log::Sequence cursor_sent = 0;
  base::Instant last_sent;
  /// Subscribers that get heartbeats as events, and when they got the last one.
  std::size_t event_heartbeats = 0;
  base::Instant last_event_heartbeat;
  /// Its share of the bytes of all subscriptions.
  base::ByteBudget::Reservation share;

 private:
  void forget_slow(Subscriber& subscriber) {
    if (std::exchange(subscriber.slow_, false)) --slow_subscribers;
  }
};

}  // namespace worker::hub
