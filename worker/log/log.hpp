// Log: all events of the hub in one order, as far as they are held in memory. Everybody reads it; one store
// writes it, and decides the order and what an answered publish survives (store/store.hpp).
//
// What was added can be read, by everybody, until the bounds of the history evict it, and an eviction is
// never hidden from a reader it concerns. Usable from every thread. Outlives its store and the loops that
// follow it.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/history.hpp"
#include "log/read.hpp"

namespace worker::log {

class Log {
 public:
  enum class Writers {
    one,   // this process
    many,  // other workers, too: a cursor that is not known here may be one that another gave out just now
  };

  /// `epoch`: see History. Not ready yet.
  Log(const Settings& settings, std::string epoch, const base::Clock& clock, Writers writers = Writers::one);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// The cursor of a place: `<epoch>-<sequence>`.
  std::string id_of(Sequence sequence) const;
  /// An event's id, which is the cursor to resume after it.
  std::string id_of(const Entry& entry) const {
    return entry.publisher_id().empty() ? id_of(entry.sequence()) : std::string(entry.publisher_id());
  }

  /// Where a reader of `subscription` begins: after `cursor`; from the first event held for the cursor
  /// `earliest`, or, where there is no cursor, if all it asked for is closed; at the end otherwise.
  ResumePoint resume(const Subscription& subscription, const std::optional<std::string>& cursor) const;
  /// Events that match, after `after` and up to `until`, of about `bytes_max` bytes in all, at least one; and
  /// what was evicted since `accounted`.
  Slice read(const Subscription& subscription, Sequence after, Sequence until, std::size_t bytes_max,
             EvictionCount evictions_seen) const;
  /// All events after `after`, at most `count_max`.
  std::vector<EntryPtr> read_all(Sequence after, std::size_t count_max) const;
  /// The last event of the subscription, if every topic of it is closed; 0 where one is not, or it has a
  /// pattern.
  Sequence closed_at(const Subscription& subscription) const;
  bool closed(const Subscription& subscription) const { return closed_at(subscription) != 0; }
  Sequence last() const;
  /// Up to here everything is gone, for those as well who have not seen it: it was lost where the store keeps
  /// its events, or that place has begun a new life. Readers who stand before it are to be told. 0: nothing
  /// was.
  Sequence lost_through() const;
  LogStats stats() const;

  /// `news` is called after every append, once for several that were kept together, from any thread, and must
  /// not block.
  void follow(Follower& follower, std::function<void()> news);
  /// Evicts what is too old or too much, or a part of it. True where there is more: call again, in another
  /// turn. Call now and then, and after an append.
  bool expire();
  /// New bounds of the history.
  void update(const Settings& settings);
  /// Its history is there: readers can be told where they are. Until then the store still has to read it.
  bool ready() const;

  /// --- for the store ---
  /// Guards the history, and what the store keeps beside it.
  std::mutex& mutex() { return mutex_; }
  /// Under the mutex.
  History& history() { return history_; }
  const base::Clock& clock() const { return clock_; }
  /// Under the mutex: the history is what the store has. True the first time.
  bool set_ready() { return !std::exchange(ready_, true); }
  /// The followers hear of what was added. Without the mutex.
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
