// Group: drafts that become entries together: one by one they are refused, known already, or given the next
// place; the entries take effect when the journal adds them to its history. A group that could not be kept is
// thrown away. Used under the journal's lock.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "journal/history.hpp"

namespace worker::journal {

class Group {
 public:
  /// Borrowed; nothing is added to it while the group lives.
  explicit Group(const History& history) : history_(history) {}

  /// What its publisher is told once the group is kept.
  Journal::Kept add(Draft&& draft, base::Instant now);
  const std::vector<EntryPtr>& entries() const { return entries_; }

 private:
  enum class Known { no, same, other };
  Known known(const Draft& draft) const;

  const History& history_;
  std::vector<EntryPtr> entries_;
  // Not yet in the history.
  std::map<std::string, EntryPtr> aliases_;
  std::set<std::string> closed_;
};

}  // namespace worker::journal
