// LossLedger: what readers may have missed of the whole log: how many evictions there were, and up to which
// sequence entries were lost, or may be missing. What a single topic evicted is in its Topic. A value; the
// log guards it.
#pragma once

#include <algorithm>

#include "log/entry.hpp"

namespace worker::log {

class LossLedger {
 public:
  /// How many evictions there were.
  EvictionCount evictions() const { return evictions_; }
  /// The mark of all topics that are not known, together: it covers those that were discarded.
  const EvictionMark& discarded() const { return discarded_; }
  const EvictionMark& missing_tail() const { return missing_tail_; }
  /// The argument of the last lose_through(); 0 if it was never called.
  Sequence lost_through() const { return lost_through_; }

  /// Counts an eviction of entries up to `through`, and returns its mark.
  EvictionMark evict(Sequence through) { return {through, ++evictions_}; }
  /// A topic with this mark was discarded.
  void add_discarded(const EvictionMark& mark) {
    discarded_ = {std::max(discarded_.through, mark.through), std::max(discarded_.at, mark.at)};
  }
  /// All entries up to `through` are gone, for every topic. Returns the mark.
  EvictionMark lose_through(Sequence through) {
    lost_through_ = through;
    return discarded_ = evict(through);
  }
  /// Entries up to `through` may have been given out that the store does not have any more.
  void mark_missing_tail(Sequence through) { missing_tail_ = evict(through); }

  /// --- what the store recorded, in this order ---
  /// The mark of a topic. All that a former process evicted is one eviction: no reader knows of it yet.
  EvictionMark restore(Sequence evicted_through) { return {evicted_through, evictions_ = 1}; }
  void restore_discarded(Sequence through) { discarded_ = evict(through); }

 private:
  EvictionCount evictions_ = 0;
  EvictionMark discarded_;
  EvictionMark missing_tail_;
  Sequence lost_through_ = 0;
};

}  // namespace worker::log
