// RedisWriter: appends drafts to the Redis stream, as packs, of which one script appends a group, and returns
// their results. It has no socket: next() returns a command, on_reply() gets the reply, until there is no
// command left. An error reply and a malformed reply are thrown as RedisError. For one thread; RedisStore
// owns it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "log/log.hpp"
#include "store/append_queue.hpp"
#include "store/redis/stream.hpp"

namespace worker::store {

class RedisWriter {
 public:
  /// What one script appends at most: Redis does nothing else meanwhile.
  static constexpr std::size_t group_events_max = 2'048;
  static constexpr std::size_t group_bytes_max = 4'194'304;

  struct Stored {
    std::vector<Kept> results;  // of all drafts, in order
    RedisPosition last;         // of the last event among them
  };

  RedisWriter(log::Log& log, const RedisStream& stream)
      : log_(log), history_(log.history()), stream_(stream) {}

  /// Begins to append all drafts of `appends`, and moves their texts out of them.
  void begin(std::vector<PendingAppend>& appends);
  /// Begins an append of no events, which shows whether Redis can be written to. Events that the worker does
  /// not retain are trimmed before that, which may make room in a full Redis.
  void begin_probe();
  /// None when everything is stored. `process_id`: of the Redis that gets the command.
  std::optional<RedisCommand> next(const RedisKnownPosition& known, std::string_view process_id);
  /// The reply to what next() returned.
  void on_reply(const redisReply& reply);
  /// When there is no command left.
  Stored finish();
  /// After an error, of RedisWriter or of the connection: none of the drafts is stored (`unavailable`), or
  /// some may be (`outcome_unknown`).
  Rejection on_error(RedisError::Kind kind);

 private:
  enum class Step { trim, append, done };

  std::vector<PackText> next_group() const;
  RedisStream::Bounds bounds() const;
  Kept result_of(std::int64_t sequence, const std::string& epoch, std::size_t draft) const;
  bool was_stored(const log::Draft& draft, const std::string& id) const;
  void reset(Step step);

  log::Log& log_;
  log::History& history_;  // guarded by the log's mutex
  const RedisStream& stream_;

  Step step_ = Step::done;
  std::vector<log::Draft> drafts_;  // without their ids
  std::vector<std::string> ids_;    // of the drafts
  std::vector<PackText> group_;     // in the command that was sent last, without their texts
  bool is_reply_due_ = false;
  Stored stored_;
  RedisStream::Script script_ = RedisStream::Script::text;
  bool may_name_script_ = true;
};

}  // namespace worker::store
