// WriteBatch: drafts that become entries together. Each is refused, found to be stored already, or given the
// next sequence. The entries take effect when the store adds them to the log; a batch that could not be
// stored is dropped. Used under the log's mutex.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "log/history.hpp"
#include "store/store.hpp"

namespace worker::store {

class WriteBatch {
 public:
  /// Borrowed. Until the last add() nothing else is added to it, so a store that writes without the mutex is
  /// the only one that adds meanwhile; then it adds entries().
  explicit WriteBatch(const log::History& history) : history_(history) {}

  /// The answer to its publisher once the batch is stored.
  Kept add(log::Draft&& draft, base::Instant now);
  const std::vector<log::EntryPtr>& entries() const { return entries_; }

 private:
  enum class Known { no, same, other };
  Known known(const log::Draft& draft) const;

  const log::History& history_;
  std::vector<log::EntryPtr> entries_;
  // Not yet in the history.
  std::map<std::string, log::EntryPtr> publisher_ids_;
  std::set<std::string> closed_;
};

}  // namespace worker::store
