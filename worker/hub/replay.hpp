// Replay: serves the subscribers that are not live from the log, in slices, until they are. They resume from
// a cursor, or their sockets were full. Owned by its shard. Loop thread only.
#pragma once

#include <boost/intrusive/list.hpp>

#include "hub/cohort.hpp"
#include "hub/replay_slices.hpp"
#include "hub/shard_context.hpp"

namespace worker::hub {

class Replay {
 public:
  /// Slices that a subscriber gets before others have their turn.
  static constexpr int slices_per_turn = 4;

  explicit Replay(ShardContext& shard) : shard_(shard), slices_(shard.log, shard.framer) {}

  /// Sends up to `slices_max` slices, and queues the subscriber for more where its socket takes more. Makes
  /// it live when it has everything, or ends it where all its topics are closed.
  void serve(Subscriber& subscriber, int slices_max = slices_per_turn);
  /// Serves those of the cohort that may be up to date now, but had to wait for a flush. The others are
  /// served when their socket has drained, or when it is their turn.
  void serve_after_flush(Cohort& cohort);

  /// The cohort is about to be destroyed.
  void forget(const Cohort& cohort) { slices_.forget(cohort); }
  /// The log has lost events: what was read from it is not what it holds now.
  void forget_slices() { slices_.forget_all(); }
  /// Frees the slices that nobody waits for.
  void forget_unused_slices() {
    if (queue_.empty()) slices_.forget_all();
  }

 private:
  using Queue = boost::intrusive::list<
      Subscriber, boost::intrusive::member_hook<Subscriber, Subscriber::Hook, &Subscriber::replay_hook_>,
      boost::intrusive::constant_time_size<false>>;

  bool finish(Subscriber& subscriber);
  std::size_t send_slice(Subscriber& subscriber);
  void queue(Subscriber& subscriber);
  void serve_queue();

  ShardContext& shard_;
  ReplaySlices slices_;
  Queue queue_;          // sockets that take more, made to wait for their turn
  bool posted_ = false;  // a turn for these
};

}  // namespace worker::hub
