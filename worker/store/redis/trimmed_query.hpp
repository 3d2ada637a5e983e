// TrimmedQuery: asks Redis what it still knows of events that were trimmed before this worker read them:
// publisher ids, and closed topics. It asks in parts, so that each takes Redis only a moment. No I/O;
// RedisReader owns it.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "store/redis/stream.hpp"

namespace worker::store {

class TrimmedQuery {
 public:
  struct Trimmed {
    std::vector<RedisStream::Member> ids;
    /// The last ones; as many as the bound allows.
    std::deque<RedisStream::Member> closed;
    std::size_t closed_dropped = 0;  // how many were closed before them
  };

  /// Of events after `after` and before `before`. `names_bytes_max`: bytes of names of closed topics.
  TrimmedQuery(const RedisStream& stream, log::Sequence after, log::Sequence before,
               std::size_t names_bytes_max)
      : stream_(stream),
        ids_after_(after),
        closed_from_(after + 1),
        before_(before),
        names_bytes_max_(names_bytes_max) {}

  /// None when all has been read.
  std::optional<RedisCommand> next() const;
  /// The reply to what next() returned. Throws RedisError.
  void on_reply(const redisReply& reply);
  /// All that was read, once.
  Trimmed take() { return std::move(trimmed_); }

 private:
  void add_ids(std::vector<RedisStream::Member> ids);
  void add_closed(std::vector<RedisStream::Member> topics);

  const RedisStream& stream_;
  enum class Step { ids, closed, done } step_ = Step::ids;
  log::Sequence ids_after_;
  log::Sequence closed_from_;
  std::size_t closed_skip_ = 0;  // topics that were read and have the sequence closed_from_
  const log::Sequence before_;
  const std::size_t names_bytes_max_;
  std::size_t names_bytes_ = 0;
  Trimmed trimmed_;
};

}  // namespace worker::store
