#include "store/redis/redis_warning.hpp"

#include <fmt/format.h>

#include "store/redis/connection.hpp"

namespace worker::store {

std::optional<std::string> redis_warning(const StorageSettings& storage) {
  if (storage.kind != StorageSettings::Kind::redis) return std::nullopt;
  try {
    const RedisConnection connection(storage.redis);
    return std::nullopt;
  } catch (const RedisError& error) {
    return fmt::format("store.url: Redis at {}: {}; until Redis answers, every publish gets 503",
                       text_of(storage.redis.address), error.what());
  }
}

}  // namespace worker::store
