// RedisStream: a hub's keys in a Redis, and what is done with them; over a connection that is borrowed. The
// order of all workers is made here, by scripts, which Redis runs one at a time.
//
// - {NAME}:state, a hash. epoch: the life of the hub, named by the time in µs when it began; last: its last
// place; run: the Redis process that wrote to it; branch, fork:N: how often that was another one, and after
// which place.
// - {NAME}:events, a stream of <epoch>-1, <epoch>-2, …: an id of the stream is a cursor, and tells its life.
// - {NAME}:ids, sorted: publishers' ids, by the place of their event; of events that are trimmed only the
// last ones. An id of more than 256 bytes stands there as NUL and its SHA-1.
// - {NAME}:closed, sorted: topics that were closed, by the place of their last event; the last 100,000.
//
// Trimmed is what the worker that appends does not hold any more. Errors are thrown as RedisError.
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
  std::uint64_t life = 0;  // 0: it does not know any
  log::Sequence number = 0;

  bool operator==(const RedisPosition&) const = default;
};

/// What a worker has of the order, by which Redis sees whether it has the same.
struct RedisKnownPosition {
  RedisPosition last;
  std::uint64_t term = 0;  // on which it was read
};

/// A publisher's id, and where its event stood.
struct RedisPastId {
  std::string id;
  log::Sequence number = 0;
};

/// A topic that was closed, and the place of its last event.
struct RedisClosed {
  std::string topic;
  log::Sequence number = 0;
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
    std::uint64_t life = 0;
    /// Of each draft: its place, or that of the same event, which has its id already; or why it has none.
    std::vector<std::int64_t> places;
  };
  static constexpr std::int64_t closed = -1;
  static constexpr std::int64_t reserved = -2;
  static constexpr std::int64_t conflict = -3;  // another event has its id
  static constexpr std::int64_t gone = -4;      // an event had its id, and is not there to be compared

  /// What an append trims to.
  struct Bounds {
    log::Sequence retained_from = 0;  // the first place that the worker holds
    std::size_t past_ids_max = 0;     // ids kept of places before
  };

  explicit RedisStream(const std::string& name);

  /// Begins the hub's first life where there is none; and a further one, if something is not there that was
  /// seen: Redis came back without its last events, or another one did, and their places must not be given to
  /// others, or were by now.
  State open(RedisConnection& redis, const RedisKnownPosition& seen) const;
  /// All or none are kept. The bounds are those of `seen`'s worker.
  Appended append(RedisConnection& redis, const RedisKnownPosition& seen, const Bounds& bounds,
                  std::span<const RedisDraft> drafts) const;
  /// Ids of places after `after` and before `before`, in their order; asked for in parts.
  std::vector<RedisPastId> past_ids(RedisConnection& redis, log::Sequence after, log::Sequence before) const;
  /// Topics that were closed after `after` and before `before`, in that order; asked for in parts. Of more
  /// than `bytes_max` bytes of names those that were closed last, and how many others there were.
  std::deque<RedisClosed> closed_between(RedisConnection& redis, log::Sequence after, log::Sequence before,
                                         std::size_t bytes_max, std::size_t& others) const;
  /// Of that life, none if there is none now.
  std::optional<RedisPosition> last(RedisConnection& redis) const;
  /// At most `count` events after `after`; none, if none came within `wait`.
  std::vector<StreamEntry> read(RedisConnection& redis, RedisPosition after, std::size_t count,
                                std::chrono::milliseconds wait, std::size_t& bytes) const;
  /// The same for what is there already, in two steps: the events after `after` and up to `until`, of one
  /// life. Answers come in the order asked for.
  void ask_for(RedisConnection& redis, RedisPosition after, log::Sequence until) const;
  std::vector<StreamEntry> asked_for(RedisConnection& redis, std::size_t& bytes) const;
  /// Its clock: Unix time.
  std::chrono::milliseconds time(RedisConnection& redis) const;
  /// Gives up what is before `held_from`.
  void trim(RedisConnection& redis, std::uint64_t life, log::Sequence retained_from) const;

 private:
  std::vector<StreamEntry> entries_of(const redisReply& reply, RedisConnection& redis,
                                      std::size_t& bytes) const;

  const std::string state_;
  const std::string events_;
  const std::string ids_;
  const std::string closed_;
  const std::string open_script_;
  const std::string append_script_;
};

/// As cursors have it.
std::string epoch_of(std::uint64_t life);

}  // namespace worker::store
