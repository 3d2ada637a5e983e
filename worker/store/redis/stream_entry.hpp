// StreamEntry: an event in a Redis stream, as fields that an operator can read in redis-cli: `topics`, one a
// line; `event`, the frame that subscribers get, without the id, which is known only when the event has its
// sequence; `at`, the time of Redis in milliseconds; and, if the event has them, `id` (the publisher id),
// `key`, `close` and `private`. Values; the functions are pure.
#pragma once

#include <hiredis.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "log/entry.hpp"

namespace worker::store {

/// What append.lua gets for one event: topics, event, id, key, close, private.
using RedisDraft = std::array<std::string, 6>;
RedisDraft redis_draft(log::Draft&& draft);
/// Of the field `topics`.
std::vector<std::string> topics_of(std::string_view field);

/// An event that was read from the stream.
struct StreamEntry {
  std::uint64_t epoch = 0;
  log::Sequence sequence = 0;  // from 1 in each epoch
  std::chrono::milliseconds at{0};
  /// Without its sequence in this process, its time and, unless it has a publisher id, the end of the frame.
  log::EntryParts parts;
};

/// False if it is not an event that a worker appended.
bool read_redis_entry(const redisReply& reply, StreamEntry& entry);
/// `<epoch>-<sequence>`
bool read_redis_id(const redisReply& reply, std::uint64_t& epoch, log::Sequence& sequence);
/// Completes the frame of an entry that was read.
log::EntryPtr make_stream_entry(StreamEntry&& read, log::Sequence sequence, const std::string& own_id,
                                base::Instant at);

}  // namespace worker::store
