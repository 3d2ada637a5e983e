// WriteBatch: drafts that become entries together: one by one they are refused, known already, or given the
// next place; the entries take effect when the journal adds them to its history. A group that could not be
// kept is thrown away. Used under the journal's lock.
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
  /// Borrowed; nothing is added to it while the group lives.
  explicit WriteBatch(const log::History& history) : history_(history) {}

  /// What its publisher is told once the group is kept.
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
