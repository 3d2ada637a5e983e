#include "app/open_store.hpp"

#include <fmt/format.h>

#include "store/memory/memory_store.hpp"
#include "store/redis/redis_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace worker::app {
namespace {

// Letters and digits that no earlier start has used: the time, to the microsecond.
std::string new_epoch(const base::Clock& clock) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(clock.wall().time_since_epoch());
  return fmt::format("{:x}", since.count());
}

}  // namespace

std::unique_ptr<log::Log> open_log(const log::Settings& history, const store::StorageSettings& storage,
                                   const base::Clock& clock) {
  const bool shared = storage.kind == store::StorageSettings::Kind::redis;
  return std::make_unique<log::Log>(history, new_epoch(clock), clock,
                                    shared ? log::Log::Writers::many : log::Log::Writers::one);
}

std::unique_ptr<store::Store> open_store(log::Log& log, const store::StorageSettings& storage,
                                         base::Logger& logger, std::string_view carried) {
  switch (storage.kind) {
    case store::StorageSettings::Kind::sqlite:
      return std::make_unique<store::SqliteStore>(log, storage, logger);
    case store::StorageSettings::Kind::redis:
      return std::make_unique<store::RedisStore>(log, storage.redis, logger);
    case store::StorageSettings::Kind::memory:
      break;
  }
  return std::make_unique<store::MemoryStore>(log, carried);
}

}  // namespace worker::app
