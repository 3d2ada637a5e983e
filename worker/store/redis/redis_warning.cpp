#include "store/redis/redis_warning.hpp"

#include <fmt/format.h>

#include "store/redis/locator.hpp"

namespace worker::store {

std::optional<std::string> redis_warning(const StorageSettings& storage) {
  if (storage.kind != StorageSettings::Kind::redis) return std::nullopt;
  try {
    RedisLocator().connect(storage.redis);
    return std::nullopt;
  } catch (const RedisError& error) {
    return fmt::format("store.url: Redis at {}: {}; until Redis answers, every publish gets 503",
                       text_of(storage.redis), error.what());
  }
}

}  // namespace worker::store
