// RedisStream: the keys of a cluster in a Redis, the commands on them, and what the replies say. It does no
// I/O. Redis runs one script at a time, so the scripts give all workers one order of events.
//
// - {NAME}:cluster, a hash: the state. `format`: of the keys, 2; `epoch`: the epoch, as the time in µs at
// which it began; `last`: its last sequence; `run`: the id of the Redis process that wrote to it; `branch`:
// the term, which counts these processes; `fork:N`: the last sequence before term N. See epoch.lua. `mark`:
// nothing; writing it is what a reader waits for (see mark()).
// - {NAME}:state, a text that keeps workers of earlier versions away, who had the state there.
// - {NAME}:events, a stream. An entry has one or more events (StreamEntry), and the id <epoch>-<sequence>,
// the sequence of the last of them: it is the cursor after these events, with a decimal epoch.
// - {NAME}:ids, a sorted set: publisher ids by the sequence of their event; of trimmed events only the last
// ones. An id of more than 256 bytes is stored as NUL and its SHA-1.
// - {NAME}:closed, a sorted set: closed topics by the sequence of their last event; the last 100,000.
//
// Events that the appending worker no longer retains are trimmed.
#pragma once

#include <hiredis.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/redis/command.hpp"
#include "store/redis/error.hpp"
#include "store/redis/pack_builder.hpp"
#include "store/redis/stream_entry.hpp"

namespace worker::store {

/// How far a worker has read.
struct RedisPosition {
  std::uint64_t epoch = 0;  // 0: not known
  log::Sequence sequence = 0;

  bool operator==(const RedisPosition&) const = default;
};

/// What a worker has read, so that Redis can tell whether it has the same events.
struct RedisKnownPosition {
  RedisPosition last;
  std::uint64_t term = 0;  // in which it was read
};

class RedisStream {
 public:
  /// How a script is sent.
  enum class Script { text, name };
  struct State {
    RedisPosition last;
    std::uint64_t term = 0;
    log::Sequence first = 0;           // that Redis has; last + 1 if it has none
    std::chrono::milliseconds now{0};  // the time of Redis
  };
  struct Appended {
    std::uint64_t epoch = 0;
    /// For each event: its sequence, or that of the same event, which was stored before; or why it has none.
    std::vector<std::int64_t> sequences;
  };
  static constexpr std::int64_t closed = -1;
  static constexpr std::int64_t reserved = -2;
  static constexpr std::int64_t conflict = -3;  // another event has its id
  static constexpr std::int64_t evicted = -4;   // an event had its id, and was trimmed: it cannot be compared
  /// What an append trims to.
  struct Bounds {
    log::Sequence retained_from = 0;  // the first that the worker retains
    std::size_t past_ids_max = 0;     // ids to keep of events before that
  };
  struct Events {
    std::vector<StreamEntry> entries;
    std::size_t bytes = 0;
  };
  /// A publisher id and the sequence of its event, or a closed topic and the sequence of its last event.
  struct Member {
    std::string name;
    log::Sequence sequence = 0;
  };
  /// Members of one reply at most; a full reply may have a next one.
  static constexpr std::size_t members_max = 1'000;

  explicit RedisStream(const std::string& name);
  /// The key of the state. All keys of a namespace are in its slot.
  static std::string state_key(const std::string& name);

  /// --- commands ---
  /// Begins the first epoch if there is none, and the next one if Redis lacks events that this worker has
  /// read: it was restarted without its last events, or replaced. Then their sequences must not be given to
  /// other events, or were already. `process_id`: of the Redis that gets the command.
  RedisCommand open(const RedisKnownPosition& known, std::string_view process_id) const;
  /// All or none are stored. The bounds are those of the worker that knows `known`.
  RedisCommand append(const RedisKnownPosition& known, std::string_view process_id, const Bounds& bounds,
                      std::span<const PackText> packs, Script script = Script::text) const;
  /// Ids of events after `after` and before `before`, in their order.
  RedisCommand past_ids(log::Sequence after, log::Sequence before) const;
  /// Topics that were closed from `from` on and before `before`, in that order, without the first `skip`.
  RedisCommand closed_topics(log::Sequence from, std::size_t skip, log::Sequence before) const;
  RedisCommand last() const;
  /// At most `count` entries with events after `after`. Redis waits up to `wait` for the first one.
  RedisCommand read(RedisPosition after, std::size_t count, std::chrono::milliseconds wait) const;
  /// At most `count` entries whose last event is after `after` and not after `until`, of one epoch.
  RedisCommand read_range(RedisPosition after, log::Sequence until, std::size_t count) const;
  static RedisCommand time();
  /// Writes next to nothing. A replica that has it has all that Redis had before: WAIT counts the replicas
  /// that have what a connection wrote, and says nothing of what it read.
  RedisCommand mark() const;
  /// Waits up to `replica_wait` until `replicas` have all that this connection wrote.
  static constexpr std::chrono::milliseconds replica_wait{1'000};
  static RedisCommand wait(std::size_t replicas);
  /// Removes entries whose events are all before `retained_from`.
  RedisCommand trim(std::uint64_t epoch, log::Sequence retained_from) const;

  /// --- replies to them; RedisError for every other reply ---
  static State read_state(const redisReply& reply);
  /// The reply to append(Script::name): Redis does not know the script by its name, or the user may not name
  /// it. Nothing was done; `refused` means that it will not be otherwise next time.
  enum class ScriptName { known, unknown, refused };
  static ScriptName read_script_name(const redisReply& reply);
  static Appended read_appended(const redisReply& reply, std::span<const PackText> packs);
  /// The reply to past_ids() or closed_topics(). The sequences are from `from` to `before` - 1, and ascend.
  static std::vector<Member> read_members(const redisReply& reply, log::Sequence from, log::Sequence before);
  /// None if there is no epoch now.
  static std::optional<RedisPosition> read_last(const redisReply& reply);
  /// The reply to read(); no entries if none came.
  Events read_events(const redisReply& reply) const;
  Events read_range_events(const redisReply& reply) const;
  /// Unix time.
  static std::chrono::milliseconds read_time(const redisReply& reply);
  /// False if Redis can write nothing at present: its memory or its disk is full.
  static bool read_marked(const redisReply& reply);
  /// The reply to wait(replicas): `refused` if fewer have it.
  static void check_replicas(const redisReply& reply, std::size_t replicas);
  static void check_trimmed(const redisReply& reply);

 private:
  const std::string state_;
  const std::string events_;
  const std::string ids_;
  const std::string closed_;
  const std::string earlier_state_;
};

/// The epoch as cursors have it: hexadecimal.
std::string epoch_text(std::uint64_t epoch);

}  // namespace worker::store
