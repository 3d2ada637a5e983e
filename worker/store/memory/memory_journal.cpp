#include "store/memory/memory_journal.hpp"

#include <utility>

#include "store/group.hpp"

namespace worker::store {

void MemoryJournal::append(std::vector<log::Draft> drafts, Done done) {
  std::vector<Kept> results;
  results.reserve(drafts.size());
  {
    const std::lock_guard lock(mutex_);
    Group group(history_);
    for (auto& draft : drafts) results.push_back(group.add(std::move(draft), clock_.now()));
    for (const auto& entry : group.entries()) history_.add(entry);
    history_.trim();
  }
  tell_followers();
  done(std::move(results));
}

}  // namespace worker::store
