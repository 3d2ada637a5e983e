// HistoryLoader: builds the history that a store has kept: from what the store recorded beside the entries,
// then from each entry in their order. Nobody reads the history before finish(), so a loader belongs to one
// thread and needs no mutex; History::become() then brings the history into the log.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/history.hpp"

namespace worker::log {

class HistoryLoader {
 public:
  /// What the store recorded beside the entries.
  struct Record {
    std::string epoch;                  // see Epochs
    Sequence last = 0;                  // the last sequence given out
    Sequence discarded_through = 0;     // see LossLedger::discarded()
    Sequence missing_tail_through = 0;  // see LossLedger::missing_tail()
    std::vector<std::pair<std::string, TopicState>> topics = {};
    std::optional<PastIds> past_ids = {};
  };

  HistoryLoader(const Settings& settings, Record record, const base::Clock& clock);

  const Epochs& epochs() const { return history_.epochs(); }
  /// Adds the entry of a sequence after all that were added. One that all its topics have evicted is not
  /// retained: it is among the changes that the store has to apply.
  void add(const EntryPtr& entry);
  /// Events of sequences up to `through` may have been given out that the store does not have any more:
  /// readers who stand before it get a gap, entries are retained as before, and the next sequence is the one
  /// after it.
  void mark_missing_tail(Sequence through);
  /// The history. It records the changes that its store has to apply.
  History finish() &&;
  /// The same for a store that keeps nothing: it records no changes.
  History finish_without_store() &&;

 private:
  History history_;
  Sequence discarded_through_;
  Sequence missing_tail_through_ = 0;
};

}  // namespace worker::log
