// The results of reading the log: where a reader begins, a slice of the history, and why something is missing
// from it. Values.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "log/entry.hpp"

namespace worker::log {

/// Why events after a reader's cursor are missing.
enum class GapReason {
  unknown,    // no event is known that has, or had, this id
  evicted,    // they were evicted to keep the history within its bounds
  lost,       // they may have been lost with the end of the store's file
  restarted,  // the cursor is of an earlier epoch
};
std::string_view name_of(GapReason reason);

/// Where a reader begins.
struct ResumePoint {
  /// It gets every retained event after this sequence.
  Sequence after = 0;
  /// The evictions that it knows of: `gap` covers them, or it asked for no more than what is retained.
  EvictionCount evictions_seen = 0;
  std::optional<GapReason> gap;
  /// All topics asked for are closed, and no event after `after` is retained: nothing is to come.
  bool ended = false;
  /// The cursor is not known here, but another worker may have given it out just now: ask again in a moment.
  /// Only if others write to the log, too.
  bool may_arrive = false;
};

/// A bounded piece of the history.
struct Slice {
  std::vector<EntryPtr> entries;
  /// The slice is complete up to and including this sequence, except for what was evicted.
  Sequence through = 0;
  /// The last sequence that matches and was evicted since the reader's `evictions_seen`; 0 for none. For a
  /// reader of several topics an event of several counts whenever one of them evicts it, whether or not the
  /// others retain it.
  Sequence evicted_through = 0;
  /// The evictions that the reader knows of from now on.
  EvictionCount evictions_seen = 0;
  /// Why the evicted events are missing.
  GapReason why = GapReason::evicted;
  /// Work for events up to `through` that the reader does not get: each that matches and may not be read
  /// counts once, and each that was compared with templates and does not match several times. A slice ends
  /// after much of it, perhaps without an entry.
  std::size_t skipped = 0;
};

/// A loop that reads the log, and the sequence up to which it has done so. What it has not read is not
/// evicted, but can be lost: see Log::lost_through().
struct Follower {
  std::atomic<Sequence> at = 0;
};

struct LogStats {
  std::size_t events, bytes, topics;
  std::chrono::milliseconds age;         // of the oldest event
  std::size_t past_ids = 0;              // publishers' ids remembered of evicted events
  std::uint64_t past_ids_forgotten = 0;  // because there were more than the bound
  std::size_t emptied_topics = 0;        // of the topics, those without events
  std::size_t emptied_bytes = 0;         // the part of the bytes that they take
  std::uint64_t forgotten_topics = 0;    // how many were discarded because of their bounds
};

}  // namespace worker::log
