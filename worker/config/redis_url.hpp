// The address of a Redis, as an operator writes it.
#pragma once

#include <optional>
#include <string_view>

#include "store/settings.hpp"

namespace worker::config {

/// Of `redis://HOST[:PORT][/DATABASE]`, where HOST may be `[IPv6]`, of `rediss://` (TLS) alike, and of
/// `unix:///PATH`. None for anything else: also for one with a password in it, which would be shown wherever
/// the address is.
std::optional<store::RedisAddress> redis_address_of(std::string_view url);

}  // namespace worker::config
