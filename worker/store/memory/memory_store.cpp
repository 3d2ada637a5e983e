#include "store/memory/memory_store.hpp"

#include <utility>

#include "log/carried_history.hpp"
#include "store/write_batch.hpp"

namespace worker::store {

MemoryStore::MemoryStore(log::Log& log) : MemoryStore(log, {}) {}

MemoryStore::MemoryStore(log::Log& log, std::string_view carried) : log_(log) {
  const std::lock_guard lock(log_.mutex());
  auto& history = log_.history();
  if (auto before = log::parse_history(carried, history.retention().settings(), log_.clock())) {
    history.become(*std::move(before));
    history.trim();
  }
  log_.set_ready();
}

void MemoryStore::append(std::vector<log::Draft> drafts, Done done) {
  std::vector<Kept> results;
  results.reserve(drafts.size());
  {
    const std::lock_guard lock(log_.mutex());
    auto& history = log_.history();
    WriteBatch batch(history);
    for (auto& draft : drafts) results.push_back(batch.add(std::move(draft), log_.clock().now()));
    for (const auto& entry : batch.entries()) history.add(entry);
    history.trim();
  }
  log_.notify_followers();
  done(std::move(results));
}

}  // namespace worker::store
