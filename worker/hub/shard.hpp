// Shard: the hub of one loop: follows the log, routes events to cohorts, and flushes them to readers.
//
// A shard pulls: the log only says that there is news. So a stream's history and its live events come
// from the same order, and the change from one to the other has no seam: a reader is live once its place is
// the shard's flushed place. A reader whose socket is full leaves the flushes and goes on from the log
// when it has drained; nothing is queued for it meanwhile. How long it may take nothing is not the shard's
// matter.
//
// Work that grows with the number of events, topics or readers is done in parts: what does not fit a turn of
// the loop continues in the next one. Loop thread only, except for the constructor.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hub/cohort.hpp"
#include "hub/conflation.hpp"
#include "hub/flush_pacer.hpp"
#include "hub/framer.hpp"
#include "hub/metrics.hpp"
#include "hub/replay_slices.hpp"
#include "hub/routes.hpp"
#include "hub/settings.hpp"
#include "log/log.hpp"
#include "net/loop.hpp"

namespace worker::hub {

class Shard {
 public:
  Shard(net::Loop& loop, log::Log& log, const Settings& settings, Metrics& metrics, Framing framing);

  /// Delivers to `reader` everything held that matches after `after`, then whatever comes, until the reader
  /// is destroyed. It is told of evictions after `accounted` (see log::ResumePoint).
  /// `share` is kept if this is the first reader of `subscription`, until the last one has left.
  void subscribe(Subscriber& reader, const log::Subscription& subscription, log::Sequence after,
                 log::EvictionCount evictions_seen, base::ByteBudget::Reservation share = {});
  /// True if a reader has this very subscription.
  bool has(const log::Subscription& subscription) const { return cohorts_.contains(subscription); }
  /// Called by a reader whose socket has drained.
  void on_drained(Subscriber& reader);
  void update(const Settings& settings);
  /// A reader began with a gap.
  void count_gap() { metrics_.gaps.add(); }
  Metrics& metrics() { return metrics_; }
  const log::Log& log() const { return log_; }
  /// The distance of heartbeats.
  std::chrono::milliseconds heartbeat() const { return settings_.heartbeat; }

 private:
  friend class Subscriber;
  using Cohorts = std::map<log::Subscription, std::unique_ptr<Cohort>>;
  using ReplayQueue = boost::intrusive::list<
      Subscriber, boost::intrusive::member_hook<Subscriber, Subscriber::Hook, &Subscriber::replay_hook_>,
      boost::intrusive::constant_time_size<false>>;

  void pull_new_entries();
  void apply_loss();
  bool full() const;
  void clear_queue();
  void route(const log::EntryPtr& entry);
  void enqueue(Cohort& cohort, const log::EntryPtr& entry);
  void schedule_flush();
  void flush();
  void request_round(Cohort& cohort, Cohort::RoundRequest wanted);
  void continue_round();
  void finish_round();
  bool serve(Cohort& cohort);
  bool flush(Cohort& cohort);
  bool deliver(Cohort& cohort);
  void end_flush(Cohort& cohort);
  bool end_all(Cohort& cohort);
  bool send_heartbeats(Cohort& cohort);
  void serve_catching_up(Cohort& cohort);
  void catch_up(Subscriber& reader, int slices_max);
  bool settle(Subscriber& reader);
  void send_replay_slice(Subscriber& reader);
  void queue_replay(Subscriber& reader);
  void serve_replay_queue();
  void beat();
  void expire();
  Cohort::RoundRequest heartbeats_due(Cohort& cohort);
  base::Bytes quiet_heartbeat(Cohort& cohort) const;
  base::Bytes event_heartbeat(const Cohort& cohort) const;
  std::chrono::milliseconds heartbeat_tick_interval() const;
  std::size_t batch_bytes() const { return std::min(settings_.outbox_bytes_max, batch_bytes_max); }
  Cohort& cohort_for(const log::Subscription& subscription, base::ByteBudget::Reservation share);
  void leave(Subscriber& reader);
  void remove(Cohort& cohort);

  net::Loop& loop_;
  log::Log& log_;
  Settings settings_;
  Conflation conflation_;
  Metrics& metrics_;
  const Framer framer_;
  ReplaySlices slices_;
  log::Follower follower_;
  std::atomic<bool> pull_posted_ = false;
  Cohorts cohorts_;
  Routes routes_;
  std::vector<Cohort*> pending_;    // cohorts with events for the next flush
  std::size_t queued_entries_ = 0;  // events to cohorts, since the last flush began
  // The current round: cohorts in their order. It takes as many turns of the loop as it needs.
  std::deque<Cohort*> queue_;
  bool flushing_ = false;      // the round is a flush, not heartbeats alone
  bool batched_ = false;       // the round had several events for one stream
  bool round_posted_ = false;  // a turn for the rest of the round is posted
  struct RoundProgress {       // what the first cohort of the queue gets
    std::span<const log::EntryPtr> batch, rest;
    base::Bytes wire;
    base::Bytes comment, heartbeat_event;
    bool flushing = false;
    bool ending = false;
    bool sending_heartbeats = false;
  } round_;
  bool expire_posted_ = false;
  ReplayQueue replay_queue_;    // behind, ready for more, and made to wait for their turn
  bool replay_posted_ = false;  // a turn for these is posted
  net::Timer flush_timer_;
  net::Timer heartbeat_timer_;
  FlushPacer pacer_;
};

}  // namespace worker::hub
