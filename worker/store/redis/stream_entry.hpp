// How an event stands in a Redis stream: fields that an operator can read in redis-cli. `topics`, one a line;
// `event`, the frame that readers are sent, but for its id, which only its place gives it; `at`, the time of
// Redis in milliseconds; and where there are such `id`, the publisher's own, `key` and `close`.
#pragma once

#include <hiredis.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "log/entry.hpp"

namespace worker::store {

/// What the script that appends is told of one event: topics, event, id, key, close.
using RedisDraft = std::array<std::string, 5>;
RedisDraft redis_draft(log::Draft&& draft);
/// Of the field `topics`.
std::vector<std::string> topics_of(std::string_view field);

/// One that has its place there.
struct StreamEntry {
  std::uint64_t life = 0;
  log::Sequence number = 0;  // from 1 in each life
  std::chrono::milliseconds at{0};
  /// Without its place in this process, its time and, where it is to have the hub's own id, the end of its
  /// frame.
  log::EntryParts parts;
};

/// False where it is none of ours.
bool read_redis_entry(const redisReply& reply, StreamEntry& entry);
/// `<life>-<number>`
bool read_redis_id(const redisReply& reply, std::uint64_t& life, log::Sequence& number);
/// Of an entry as it was read: the frame is complete.
log::EntryPtr finish(StreamEntry&& read, log::Sequence place, const std::string& own_id, base::Instant at);

}  // namespace worker::store
