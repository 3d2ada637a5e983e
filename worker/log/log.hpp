// Log: all events in one order, as far as they are retained in memory. Everybody reads it; one store appends
// to it, and decides the order and what an answered publish survives (store/store.hpp).
//
// An event can be read, by everybody, from its append until the bounds of the history evict it, and an
// eviction is never hidden from a reader that it concerns. Usable from every thread. Outlives its store and
// the loops that follow it.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/history.hpp"
#include "log/read.hpp"
#include "log/subscription.hpp"

namespace worker::log {

class Log {
 public:
  enum class Writers {
    one,   // this process
    many,  // other workers, too: one of them may have given out a cursor that is not known here yet
  };

  /// `epoch`: see Epochs. Not ready yet.
  Log(const Settings& settings, std::string epoch, const base::Clock& clock, Writers writers = Writers::one);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// The generated id of a sequence: `<epoch>-<sequence>`.
  std::string id_of(Sequence sequence) const;
  /// An event's id, which is the cursor to resume after it.
  std::string id_of(const Entry& entry) const {
    return entry.publisher_id().empty() ? id_of(entry.sequence()) : std::string(entry.publisher_id());
  }

  /// Where a reader of `subscription` begins: after `cursor`; before the first retained event if the cursor
  /// is `earliest`, or if there is none and all topics are closed; at the end otherwise.
  ResumePoint resume(const Subscription& subscription, const std::optional<std::string>& cursor) const;
  /// Events that match and may be read, after `after` and up to `until`, of about `bytes_max` bytes in all,
  /// at least one unless many that may not be read come first; and what was evicted since `evictions_seen`.
  Slice read(const Subscription& subscription, Sequence after, Sequence until, std::size_t bytes_max,
             EvictionCount evictions_seen) const;
  /// All events after `after`, at most `count_max`.
  std::vector<EntryPtr> read_all(Sequence after, std::size_t count_max) const;
  /// The last event of the subscription if all of its topics are closed; 0 if one is not, or it has a
  /// pattern.
  Sequence closed_at(const Subscription& subscription) const;
  bool closed(const Subscription& subscription) const { return closed_at(subscription) != 0; }
  Sequence last() const;
  /// Up to here no event is retained, not even those that a follower has not read: the store has lost them,
  /// or an epoch has begun. Readers who stand before it are to get a gap. 0 if that never happened.
  Sequence lost_through() const;
  LogStats stats() const;

  /// `notify` is called after new entries were added, once for several that were stored together, from any
  /// thread, and must not block.
  void follow(Follower& follower, std::function<void()> notify);
  /// Evicts what is too old or too much, or a part of it. True if there is more: call again, in another turn.
  /// Call it now and then; the store does so after each append.
  bool expire();
  /// New bounds of the history.
  void update(const Settings& settings);
  /// How many topics busiest_topics() tells; 0, as at first: none, and nothing is counted.
  void set_busiest_topics(std::size_t count);
  /// Those with the most events of about the last minute, the busiest first. See TopicRates.
  std::vector<TopicRate> busiest_topics() const;
  /// The store has restored the history, so cursors can be found. Until then it is still reading.
  bool ready() const;

  /// --- for the store ---
  /// Guards the history, and fields of the store beside it.
  std::mutex& mutex() { return mutex_; }
  /// Under the mutex.
  History& history() { return history_; }
  const base::Clock& clock() const { return clock_; }
  /// Under the mutex: the store has restored the history. True the first time.
  bool set_ready() { return !std::exchange(ready_, true); }
  /// Calls `notify` of all followers. Without the mutex.
  void notify_followers() const;

 private:
  const base::Clock& clock_;
  const Writers writers_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  History history_;
  bool ready_ = false;
  std::vector<std::function<void()>> listeners_;
};

}  // namespace worker::log
