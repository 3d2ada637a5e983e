// ReadbackQueue: appends that Redis has stored, and that are answered when the reader has added their events
// to the log, so that a publisher that was answered finds its events in this worker. Usable from every
// thread; RedisStore owns it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "store/append_queue.hpp"
#include "store/redis/stream.hpp"

namespace worker::store {

class ReadbackQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// How long an answer waits for the reader. After that the publisher gets it all the same: Redis has the
  /// events.
  static constexpr std::chrono::milliseconds timeout{1'000};

  /// `appends`: the queue that counts the bytes, until an append is answered.
  explicit ReadbackQueue(AppendQueue& appends) : appends_(appends) {}

  /// `last`: the position of the last event of all `appends`; `results`: of all their drafts, in order. From
  /// now on only the results count as pending bytes.
  void add(std::vector<PendingAppend>& appends, std::vector<Kept> results, RedisPosition last, Time now);
  /// The log has the events up to `position`, and its followers know.
  void set_position(RedisPosition position);
  /// Waits until the position has reached `last`, for at most `longest`; whether it has.
  bool wait(RedisPosition last, std::chrono::milliseconds longest);
  /// Answers what the position has reached and what has waited for `timeout`.
  void complete(Time now);
  /// Answers everything.
  void complete_all();
  bool empty() const;

 private:
  struct Append {
    RedisPosition last;
    Time due;
    std::vector<Kept> results;
    Done done;
    std::size_t bytes = 0;  // of those that the append queue counts
  };

  // Under the mutex.
  bool has_reached(RedisPosition last) const {
    return last.epoch < position_.epoch ||
           (last.epoch == position_.epoch && last.sequence <= position_.sequence);
  }
  template <class IsRipe>
  void complete_if(const IsRipe& is_ripe);

  AppendQueue& appends_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  RedisPosition position_;
  std::deque<Append> waiting_;
  std::condition_variable moved_;
};

}  // namespace worker::store
