// Shard: the hub of one loop: reads the log, and sends events and heartbeats to the subscribers of the loop.
//
// An event goes this way: pull_new_entries() reads it from the log, LiveQueue queues it for the cohorts that
// asked for it, Rounds sends it to their live subscribers in a flush. All others are catching up: Replay
// sends them slices of the log until they are live. Both read the same log in the same order, so the change
// from history to live events has no seam: a subscriber is live once its position is the one up to which the
// shard has flushed. backpressure.hpp says what happens to subscribers that are too slow for the flushes.
//
// Work that grows with the number of events, topics or subscribers is done in parts: what does not fit a turn
// of the loop continues in the next one. Loop thread only, except for the constructor.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hub/cohort.hpp"
#include "hub/live_queue.hpp"
#include "hub/replay.hpp"
#include "hub/rounds.hpp"
#include "hub/shard_context.hpp"

namespace worker::hub {

class Shard {
 public:
  /// All that is borrowed outlives the shard.
  Shard(net::Loop& loop, log::Log& log, const Settings& settings, Metrics& metrics, Framing framing);

  /// Delivers to `subscriber` everything held that matches after `after`, then whatever comes, until the
  /// subscriber is destroyed. It learns of evictions after `evictions_seen` (see log::ResumePoint).
  /// `share` is kept if this is the first subscriber of `subscription`, until the last one has left.
  void subscribe(Subscriber& subscriber, const log::Subscription& subscription, log::Sequence after,
                 log::EvictionCount evictions_seen, base::ByteBudget::Reservation share = {});
  /// The same for a subscriber that another process has served so far: it gets a heartbeat soon, because it
  /// is not known when it got its last one.
  void subscribe_again(Subscriber& subscriber, const log::Subscription& subscription,
                       const log::ResumePoint& point, base::ByteBudget::Reservation share);
  /// A next process is about to take over, and the loop does not run any more: sends all that was read from
  /// the log, however long it takes. Then position_of() is known of every subscriber.
  void settle();
  /// True if a subscriber has this very subscription.
  bool has(const log::Subscription& subscription) const { return cohorts_.contains(subscription); }
  /// Called by a subscriber whose socket has drained.
  void on_drained(Subscriber& subscriber);
  /// The subscriber has everything that matches up to here. None while a flush is to come or under way: then
  /// the id of the last event that it got is its cursor.
  std::optional<log::Sequence> position_of(const Subscriber& subscriber) const;
  void update(const Settings& settings);
  /// Calls `watch` for each new event of `type`, whoever subscribes to it. One watch a shard.
  void watch_type(std::string_view type, std::function<void(const log::Entry&)> watch);
  /// A subscriber began with a gap.
  void count_gap() { context_.metrics.gaps.add(); }
  Metrics& metrics() { return context_.metrics; }
  const log::Log& log() const { return context_.log; }
  std::chrono::milliseconds heartbeat_interval() const { return context_.settings.heartbeat; }

 private:
  friend class Subscriber;
  using Cohorts = std::map<log::Subscription, std::unique_ptr<Cohort>>;

  Cohort& cohort_for(const log::Subscription& subscription, base::ByteBudget::Reservation share);
  void leave(Subscriber& subscriber);
  void remove(Cohort& cohort);
  void post_pull();
  void pull_new_entries();
  void apply_loss();
  void end_closed();
  void schedule_flush();
  void flush();
  void heartbeat_tick();

  std::string watched_;  // what the frames of the watched type begin with
  std::function<void(const log::Entry&)> watch_;
  ShardContext context_;
  std::atomic<bool> pull_posted_ = false;
  Cohorts cohorts_;
  LiveQueue live_queue_{context_.conflation};
  Replay replay_{context_};
  Rounds rounds_{context_, replay_, [this] { schedule_flush(); }};
  net::Timer flush_timer_;
  net::Timer heartbeat_timer_;
};

}  // namespace worker::hub
