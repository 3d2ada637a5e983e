// RedisStream: the keys of a hub in a Redis, and the commands on them, over a connection that is borrowed.
// Redis runs one script at a time, so the scripts give all workers one order of events.
//
// - {NAME}:state, a hash. epoch: the epoch, a number: the time in µs when it began; last: the last sequence
// number in it; run: the id of the Redis process that wrote to it; branch: the term, which counts such
// processes; fork:N: the last sequence number before term N. See epoch.lua.
// - {NAME}:events, a stream of <epoch>-1, <epoch>-2, …: an id of the stream is a cursor with a decimal epoch.
// - {NAME}:ids, sorted: publishers' ids by the sequence number of their event; of trimmed events only the
// last ones. For an id of more than 256 bytes it has NUL and the SHA-1.
// - {NAME}:closed, sorted: closed topics by the sequence number of their last event; the last 100,000.
//
// Events that the appending worker does not hold any more are trimmed. Errors are thrown as RedisError.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "store/redis/connection.hpp"
#include "store/redis/stream_entry.hpp"

namespace worker::store {

/// How far a worker has read.
struct RedisPosition {
  std::uint64_t epoch = 0;  // 0: none is known
  log::Sequence sequence = 0;

  bool operator==(const RedisPosition&) const = default;
};

/// What a worker has read, so that Redis can tell whether it has the same events.
struct RedisKnownPosition {
  RedisPosition last;
  std::uint64_t term = 0;  // in which it was read
};

/// A publisher's id, and the sequence number of its event.
struct RedisPastId {
  std::string id;
  log::Sequence sequence = 0;
};

/// A topic that was closed, and the sequence number of its last event.
struct RedisClosed {
  std::string topic;
  log::Sequence sequence = 0;
};

class RedisStream {
 public:
  struct State {
    RedisPosition last;
    std::uint64_t term = 0;
    log::Sequence first = 0;           // held; last + 1, if nothing is
    std::chrono::milliseconds now{0};  // the time of Redis
  };
  struct Appended {
    std::uint64_t epoch = 0;
    /// For each draft: its sequence number, or that of the same event, which has its id already; or why it
    /// has none.
    std::vector<std::int64_t> sequences;
  };
  static constexpr std::int64_t closed = -1;
  static constexpr std::int64_t reserved = -2;
  static constexpr std::int64_t conflict = -3;  // another event has its id
  static constexpr std::int64_t evicted = -4;   // an event had its id, and Redis does not hold it to compare

  /// What an append trims to.
  struct Bounds {
    log::Sequence retained_from = 0;  // the first that the worker holds
    std::size_t past_ids_max = 0;     // ids kept of events before that
  };

  explicit RedisStream(const std::string& name);

  /// Begins the first epoch if there is none; and the next one if Redis lacks events that this worker has
  /// read: it came back without its last events, or another Redis took its place, and their sequence numbers
  /// must not be given to other events, or already were.
  State open(RedisConnection& redis, const RedisKnownPosition& seen) const;
  /// All or none are kept. The bounds are those of `seen`'s worker.
  Appended append(RedisConnection& redis, const RedisKnownPosition& seen, const Bounds& bounds,
                  std::span<const RedisDraft> drafts) const;
  /// Ids of events after `after` and before `before`, in their order; asked for in parts.
  std::vector<RedisPastId> past_ids(RedisConnection& redis, log::Sequence after, log::Sequence before) const;
  /// Topics that were closed after `after` and before `before`, in that order; asked for in parts. Of more
  /// than `bytes_max` bytes of names those that were closed last, and how many others there were.
  std::deque<RedisClosed> closed_between(RedisConnection& redis, log::Sequence after, log::Sequence before,
                                         std::size_t bytes_max, std::size_t& others) const;
  /// None if there is no epoch now.
  std::optional<RedisPosition> last(RedisConnection& redis) const;
  /// At most `count` events after `after`; none, if none came within `wait`.
  std::vector<StreamEntry> read(RedisConnection& redis, RedisPosition after, std::size_t count,
                                std::chrono::milliseconds wait, std::size_t& bytes) const;
  /// The same for what is there already, in two steps: the events after `after` and up to `until`, of one
  /// epoch. Answers come in the order asked for.
  void ask_for(RedisConnection& redis, RedisPosition after, log::Sequence until) const;
  std::vector<StreamEntry> asked_for(RedisConnection& redis, std::size_t& bytes) const;
  /// Its clock: Unix time.
  std::chrono::milliseconds time(RedisConnection& redis) const;
  /// Removes the events before `retained_from`.
  void trim(RedisConnection& redis, std::uint64_t epoch, log::Sequence retained_from) const;

 private:
  std::vector<StreamEntry> entries_of(const redisReply& reply, RedisConnection& redis,
                                      std::size_t& bytes) const;

  const std::string state_;
  const std::string events_;
  const std::string ids_;
  const std::string closed_;
};

/// The epoch as cursors have it: hexadecimal.
std::string epoch_text(std::uint64_t epoch);

}  // namespace worker::store
