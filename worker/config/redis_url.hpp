// The address of a Redis, of Sentinels, or of nodes of a Redis Cluster, as an operator writes it.
#pragma once

#include <optional>
#include <string_view>

#include "store/settings.hpp"

namespace worker::config {

/// Reads into `redis` how and where Redis is found:
/// - `redis://HOST[:PORT][/DATABASE]`, where HOST may be `[IPv6]`, or `unix:///PATH`;
/// - `redis+sentinel://HOST[:PORT],HOST[:PORT],…/PRIMARY[/DATABASE]`, the port 26379 unless another is given;
/// - `redis+cluster://HOST[:PORT],…`;
/// and `rediss` instead of `redis` for TLS. False for anything else, and `redis` is unchanged: also for one
/// with a password in it, which would be shown wherever the address is.
bool read_redis_url(std::string_view url, store::RedisSettings& redis);

}  // namespace worker::config
