// Terms: what the log itself tells of a store that may have lost its last events, in events of the reserved
// topic
// `$terms`, which no client can read or publish to. Their keys:
//
// - `term N`: a term of the store began after the sequence N of the epoch. The store may have lost events
// that it had given sequences after N. So these are skipped, up to the sequence of this event, and given to
// no other event: a reader who has one of them as its cursor has an event that is lost.
// - `lost CURSOR`: such a reader came, with this cursor. From now on all who stood before the end of what was
// skipped get a gap. A cursor of a later epoch tells the same: the store has had that epoch, and lost it.
//
// A reader that makes up such a cursor makes those get a gap, once, who have not come back since the term
// began.
//
// Built for one look at the history, under the log's mutex.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/cursor.hpp"
#include "log/history.hpp"

namespace worker::log {

class Terms {
 public:
  static constexpr std::string_view topic = "$terms";
  /// N of the key `term N`.
  static std::optional<Sequence> skipped_after(std::string_view key);
  /// The event that tells all workers of a reader's cursor.
  static Draft lost(const std::string& cursor);

  explicit Terms(const History& history);

  /// Events up to here are known to be lost; 0 if none are.
  Sequence lost_through() const { return lost_through_; }
  /// The last of the skipped sequences that `sequence` is among; 0 if it is not skipped.
  Sequence skipped_through(Sequence sequence) const;
  /// A cursor of a later epoch tells of a loss that is not known yet.
  bool is_loss_unknown() const { return !skips_.empty() && skips_.back().through > lost_through_; }
  /// The sequence so many sequences before `last`, without those that were skipped; 0 if there are not so
  /// many.
  Sequence before(Sequence last, Sequence count) const;

 private:
  struct Skip {
    Sequence after = 0;
    Sequence through = 0;  // of the event that tells of it
  };

  std::vector<Skip> skips_;
  Sequence lost_through_ = 0;
};

}  // namespace worker::log
