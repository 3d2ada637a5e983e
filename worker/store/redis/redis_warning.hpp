// redis_warning: whether the Redis of the configuration answers, checked without starting a worker. Blocks;
// from every thread.
#pragma once

#include <optional>
#include <string>

#include "store/settings.hpp"

namespace worker::store {

/// Why the Redis that `storage` names does not answer or refuses the password, and what to change; none if it
/// answers, or if another kind is set. A worker would start all the same and wait for it. Takes up to
/// RedisConnection::timeout for the connection and for each answer.
std::optional<std::string> redis_warning(const StorageSettings& storage);

}  // namespace worker::store
