// Cohort: the readers on one loop who asked for the same. What a flush brings them is prepared once. Owned by
// its Shard, as long as it has readers. Loop thread only.
#pragma once

#include <utility>
#include <vector>

#include "base/byte_budget.hpp"
#include "hub/subscriber.hpp"

namespace worker::hub {

class Cohort {
 public:
  using Readers =
      boost::intrusive::list<Subscriber,
                             boost::intrusive::member_hook<Subscriber, Subscriber::Hook, &Subscriber::hook_>,
                             boost::intrusive::constant_time_size<false>>;

  explicit Cohort(const log::Subscription& asked) : subscription(asked) {}
  explicit Cohort(log::Subscription&&) = delete;  // `subscription` would refer to what is gone

  void join_live(Subscriber& reader) {
    reader.hook_.unlink();
    reader.replay_hook_.unlink();
    forget_slow(reader);
    reader.catching_up_ = false;
    live.push_back(reader);
  }
  void join_catching_up(Subscriber& reader, log::Sequence at, bool slow) {
    reader.hook_.unlink();
    reader.catching_up_ = true;
    reader.slow_ = slow;
    if (slow) ++slow_subscribers;
    reader.at_ = at;
    behind.push_back(reader);
  }
  void leave(Subscriber& reader) {
    reader.hook_.unlink();
    forget_slow(reader);
    if (reader.heartbeats_ == Subscriber::HeartbeatMode::events) --event_heartbeats;
  }
  bool empty() const { return live.empty() && due.empty() && behind.empty(); }
  /// A flush is to come, or under way.
  bool has_news() const { return !pending.empty() || !flushing.empty(); }

  /// Live readers have everything that matches up to here; `taken` is how far the shard has followed the
  /// journal.
  log::Sequence place(log::Sequence taken) const {
    if (!flushing.empty()) return flushing.front()->sequence() - 1;
    return pending.empty() ? taken : pending.front()->sequence() - 1;
  }

  /// Live readers have everything there will ever be. The log may be ahead of what has been taken from
  /// it: a topic can be closed there while its last events are on their way here.
  bool at_its_end(log::Sequence taken) const { return closed_at != 0 && closed_at <= place(taken); }

  /// Its key in the shard's table, which outlives it: a hundred long names take 125 KB.
  const log::Subscription& subscription;
  /// Up to date: the next flush goes to them as it is.
  Readers live;
  /// Readers that receive live events and that the current round has not reached yet.
  Readers due;
  /// Replaying, or slower than the events: served from the log as their sockets drain.
  Readers behind;
  /// For the next flush, in order.
  std::vector<log::EntryPtr> pending;
  /// Of the flush under way; empty while none is.
  std::vector<log::EntryPtr> flushing;
  /// What the next round, or the current one, is to send. While there is any, the cohort is in the shard's
  /// queue.
  struct RoundRequest {
    bool flush = false;
    bool comments = false;          // a heartbeat for readers that get comments
    bool heartbeat_events = false;  // and for those that get events
    bool any() const { return flush || comments || heartbeat_events; }
  } wanted;
  /// Of those who are behind: who fell back, and so skips superseded values.
  std::size_t slow_subscribers = 0;
  /// Some of its events conflate.
  bool conflates = false;
  /// The last event of it, once every topic is closed: who has it, ends. 0 before.
  log::Sequence closed_at = 0;
  log::Sequence cursor_sent = 0;
  base::Instant last_sent;
  /// Readers who asked for heartbeats as events, and when they got the last one.
  std::size_t event_heartbeats = 0;
  base::Instant last_event_heartbeat;
  /// Its share of the bytes of all subscriptions.
  base::ByteBudget::Reservation share;

 private:
  void forget_slow(Subscriber& reader) {
    if (std::exchange(reader.slow_, false)) --slow_subscribers;
  }
};

}  // namespace worker::hub
