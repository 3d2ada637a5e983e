// StreamEntry: an entry of the Redis stream: events that a worker appended together. Its fields are `pack`
// (see RedisPack) and `at`, the time of Redis in milliseconds. Values; the functions are pure.
//
// Earlier versions of the worker wrote an entry for each event, which is still read: `topics`, one a line;
// `event`, the frame that subscribers get, without the id; `at`; and, if the event has them, `id` (the
// publisher id), `key`, `close` and `private`.
#pragma once

#include <hiredis.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "log/entry.hpp"
#include "store/redis/pack.hpp"

namespace worker::store {

struct StreamEntry {
  std::uint64_t epoch = 0;
  log::Sequence last = 0;   // of its last event; sequences begin at 1 in each epoch
  log::Sequence after = 0;  // the sequence before its first event, or before those that a term skipped
  std::chrono::milliseconds at{0};
  RedisPack pack;
};

/// False if it is not an entry that a worker appended.
bool read_redis_entry(const redisReply& reply, StreamEntry& entry);
/// A later version of the worker appended it.
bool is_later_entry(const redisReply& reply);
/// `<epoch>-<sequence>`
bool read_redis_id(const redisReply& reply, std::uint64_t& epoch, log::Sequence& sequence);

}  // namespace worker::store
