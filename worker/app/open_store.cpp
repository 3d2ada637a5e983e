#include "app/open_store.hpp"

#include <fmt/format.h>

#include "store/memory/memory_journal.hpp"
#include "store/redis/redis_journal.hpp"
#include "store/sqlite/sqlite_journal.hpp"

namespace worker::app {
namespace {

// Letters and digits that no earlier start has used: the time, to the microsecond.
std::string new_epoch(const base::Clock& clock) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(clock.wall().time_since_epoch());
  return fmt::format("{:x}", since.count());
}

}  // namespace

std::unique_ptr<log::Journal> open_store(const log::Settings& history, const store::StorageSettings& storage,
                                         const base::Clock& clock, base::Logger& logger) {
  switch (storage.kind) {
    case store::StorageSettings::Kind::sqlite:
      return std::make_unique<store::SqliteJournal>(history, storage, new_epoch(clock), clock, logger);
    case store::StorageSettings::Kind::redis:
      return std::make_unique<store::RedisJournal>(history, storage.redis, clock, logger);
    case store::StorageSettings::Kind::memory:
      break;
  }
  return std::make_unique<store::MemoryJournal>(history, new_epoch(clock), clock);
}

}  // namespace worker::app
