// What reading the log gives: where a reader begins, a piece of the history, and why something is missing
// from it. Values.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "log/entry.hpp"

namespace worker::log {

/// Why a reader's cursor is no good.
enum class GapReason {
  unknown,    // no event has, or is known to have had, this id
  evicted,    // events after it were given up to keep the history within its bounds
  lost,       // events after it may have been lost with a part of the log's file
  restarted,  // it is of an earlier life of this hub
};
std::string_view name_of(GapReason reason);

/// Where a reader begins.
struct ResumePoint {
  /// Everything held after this place.
  Sequence after = 0;
  /// What was evicted by now is no news to it: it was told, or asked for no more than what is held.
  EvictionCount evictions_seen = 0;
  std::optional<GapReason> gap;
  /// All that was asked for is closed, and nothing after `after` is held: there is nothing to come.
  bool complete = false;
  /// The cursor is not known here, but may be one that another worker gave out just now: ask again in a
  /// moment. Only where others write to the log, too.
  bool may_arrive = false;
};

/// A part of the history.
struct Slice {
  std::vector<EntryPtr> entries;
  /// The slice is complete up to and including this place, but for what was evicted.
  Sequence through = 0;
  /// The last place that matches and was evicted since the reader's `accounted`; 0 for none. For a reader of
  /// several topics an event of several counts whenever one of them gives it up, if the others hold it or
  /// not.
  Sequence evicted_through = 0;
  /// From now on accounted for.
  EvictionCount evictions_seen = 0;
  /// Why what was evicted is gone.
  GapReason why = GapReason::evicted;
};

/// The place up to which a loop has taken the log in. What it has not seen is not evicted, but can be
/// lost: see Log::lost_through().
struct Follower {
  std::atomic<Sequence> at = 0;
};

struct LogStats {
  std::size_t events, bytes, topics;
  std::chrono::milliseconds age;         // of the oldest event held
  std::size_t past_ids = 0;              // publishers' ids remembered of events that are not held any more
  std::uint64_t past_ids_forgotten = 0;  // because there were more than the bound
  std::size_t emptied_topics = 0;        // of the topics, those without events
  std::size_t emptied_bytes = 0;         // of the bytes, what they take
  std::uint64_t forgotten_topics = 0;    // of these, because they took more than their bounds
};

}  // namespace worker::log
