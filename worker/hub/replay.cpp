#include "hub/replay.hpp"

#include <algorithm>
#include <utility>

#include "hub/backpressure.hpp"

namespace worker::hub {
namespace {

// Subscribers that get slices in one turn of the loop.
constexpr int subscribers_per_turn = 32;
// Events that a subscriber may not read are passed over, so many before others have their turn: each takes
// time, and none fills a slice.
constexpr std::size_t skipped_per_turn = 5'000;

}  // namespace

void Replay::serve(Subscriber& subscriber, int slices_max) {
  std::size_t skipped = 0;
  for (int slices = 0; slices < slices_max && skipped < skipped_per_turn; ++slices) {
    if (!subscriber.ready() || finish(subscriber)) return;
    skipped += send_slice(subscriber);
  }
  if (subscriber.ready() && !finish(subscriber)) queue(subscriber);
}

void Replay::serve_after_flush(Cohort& cohort) {
  for (auto next = cohort.catching_up.begin(); next != cohort.catching_up.end();) {
    auto& subscriber = *next++;
    if (subscriber.replay_hook_.is_linked() || !subscriber.ready()) continue;
    if (shard_.loop.turn_is_over()) {
      queue(subscriber);
    } else {
      serve(subscriber);
    }
  }
}

void Replay::queue(Subscriber& subscriber) {
  subscriber.replay_hook_.unlink();
  queue_.push_back(subscriber);
  if (!std::exchange(posted_, true)) shard_.loop.post([this] { serve_queue(); });
}

void Replay::serve_queue() {
  posted_ = false;
  Queue turn;
  turn.swap(queue_);
  for (int served = 0; !turn.empty() && served < subscribers_per_turn && !shard_.loop.turn_is_over();
       ++served) {
    auto& subscriber = turn.front();
    turn.pop_front();
    serve(subscriber);
  }
  // The rest comes first in the next turn.
  queue_.splice(queue_.begin(), turn);
  if (!queue_.empty() && !std::exchange(posted_, true)) shard_.loop.post([this] { serve_queue(); });
}

// True where there is nothing to send now: the subscriber is live or has ended, or waits for a flush or for
// the shard.
bool Replay::finish(Subscriber& subscriber) {
  auto& cohort = *subscriber.cohort_;
  const auto position = shard_.position();
  if (subscriber.position_ < cohort.live_position(position)) return false;
  // serve_after_flush() is called after the flush that is pending.
  if (cohort.has_news()) return true;
  // It began at the log's end, which this shard has not reached yet.
  if (subscriber.position_ > position) {
    queue(subscriber);
    return true;
  }
  cohort.join_live(subscriber);
  if (cohort.at_its_end(position)) subscriber.end();
  return true;
}

// Returns how many events were passed over that the subscriber may not read.
std::size_t Replay::send_slice(Subscriber& subscriber) {
  auto& cohort = *subscriber.cohort_;
  const bool conflates = cohort.conflates && subscriber.slow_;
  const auto slice = slices_.next(
      {.cohort = cohort,
       .after = subscriber.position_,
       .until = cohort.live_position(shard_.position()),
       .bytes_max = subscriber.takes_single_batch() ? single_batch_bytes : batch_bytes(shard_.settings),
       .conflation = conflates ? &shard_.conflation : nullptr},
      subscriber.evictions_seen_);
  auto& metrics = shard_.metrics;
  if (slice->evicted_through > subscriber.position_) {
    const auto next = slice->entries.empty() ? slice->through : slice->entries.front()->sequence() - 1;
    metrics.gaps.add();
    subscriber.gap(slice->why, subscriber.position_, std::min(slice->evicted_through, next));
  }
  subscriber.position_ = slice->through;
  metrics.conflated_events.add(slice->conflated);
  if (slice->entries.empty()) return slice->skipped;
  subscriber.deliver({slice->entries, slice->wire});
  metrics.replayed_events.add(slice->entries.size());
  metrics.delivered_events.add(slice->entries.size());
  metrics.delivered_bytes.add(slice->wire->size());
  return slice->skipped;
}

}  // namespace worker::hub
