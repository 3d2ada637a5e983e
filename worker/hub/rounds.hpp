// Rounds: what goes to all live subscribers of any number of cohorts: a flush of events, or heartbeats. A
// round takes as many turns of the loop as it needs. A cohort gets its next round after this one has reached
// all its subscribers. Owned by its shard; loop thread only.
#pragma once

#include <deque>
#include <functional>
#include <span>
#include <vector>

#include "hub/cohort.hpp"
#include "hub/flush_pacer.hpp"
#include "hub/heartbeats.hpp"
#include "hub/replay.hpp"
#include "hub/shard_context.hpp"

namespace worker::hub {

class Rounds {
 public:
  /// `on_flushed` is called after each flush, when the next one may begin.
  Rounds(ShardContext& shard, Replay& replay, std::function<void()> on_flushed)
      : shard_(shard), replay_(replay), heartbeats_(shard), on_flushed_(std::move(on_flushed)) {}

  /// Begins to send what is pending for these cohorts.
  void flush(const std::vector<Cohort*>& cohorts);
  bool flushing() const { return flushing_; }
  /// When the next flush should begin; see FlushPacer::next().
  base::Instant next_flush(base::Instant now) { return pacer_.next(now); }

  /// Queues the heartbeats of the cohort that are due; resume() begins to send them.
  void request_heartbeats(Cohort& cohort) { request(cohort, heartbeats_.due(cohort)); }
  /// How often to ask for them.
  std::chrono::milliseconds heartbeat_tick() const { return heartbeats_.tick_interval(); }
  /// A topic of the cohort was closed by an event that it does not get. Queues the end of its streams, if
  /// this was the last topic; resume() begins with it.
  void request_end(Cohort& cohort);

  /// Goes on with the round in this turn, unless it has a turn of its own.
  void resume();
  /// Finishes the round in this turn, however long it takes.
  void finish();

  /// The cohort is about to be destroyed.
  void remove(Cohort& cohort);
  /// The subscriber is about to be destroyed.
  void forget(const Subscriber& subscriber) { pacer_.forget(subscriber); }

 private:
  void request(Cohort& cohort, Cohort::RoundRequest request);
  void run();
  void post();
  bool serve(Cohort& cohort);
  bool flush(Cohort& cohort);
  bool deliver(Cohort& cohort);
  void observe_delivery(base::Instant written, std::size_t subscribers);
  void end_flush(Cohort& cohort);
  bool end_streams(Cohort& cohort);
  bool send_heartbeats(Cohort& cohort);

  ShardContext& shard_;
  Replay& replay_;
  Heartbeats heartbeats_;
  FlushPacer pacer_;
  const std::function<void()> on_flushed_;
  std::deque<Cohort*> queue_;  // the cohorts of the round, in their order
  bool flushing_ = false;      // the round is a flush, not heartbeats alone
  bool batched_ = false;       // the round has several events for one stream
  bool posted_ = false;        // a turn for the rest of the round
  struct Progress {            // of the first cohort of the queue
    std::span<const log::EntryPtr> batch, rest;
    base::Bytes wire;
    base::Bytes comment, heartbeat_event;
    bool flushing = false;
    bool ending = false;
    bool sending_heartbeats = false;
  } progress_;
};

}  // namespace worker::hub
