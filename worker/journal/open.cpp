#include "journal/open.hpp"

#include <fmt/format.h>

#include "journal/memory_journal.hpp"
#include "journal/redis_journal.hpp"
#include "journal/sqlite_journal.hpp"

namespace worker::journal {
namespace {

// Letters and digits that no earlier start has used: the time, to the microsecond.
std::string new_epoch(const base::Clock& clock) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(clock.wall().time_since_epoch());
  return fmt::format("{:x}", since.count());
}

}  // namespace

std::unique_ptr<Journal> open(const Settings& history, const StorageSettings& storage,
                              const base::Clock& clock, base::Log& log) {
  switch (storage.kind) {
    case StorageSettings::Kind::sqlite:
      return std::make_unique<SqliteJournal>(history, storage, new_epoch(clock), clock, log);
    case StorageSettings::Kind::redis:
      return std::make_unique<RedisJournal>(history, storage.redis, clock, log);
    case StorageSettings::Kind::memory:
      break;
  }
  return std::make_unique<MemoryJournal>(history, new_epoch(clock), clock);
}

}  // namespace worker::journal
