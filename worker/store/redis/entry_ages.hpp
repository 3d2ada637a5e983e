// EntryAges: how old the entries of the Redis stream are, by two clocks: this machine's, and that of Redis,
// which may be wrong, or jump. RedisReader owns it, on its thread.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "store/redis/stream.hpp"

namespace worker::store {

class EntryAges {
 public:
  explicit EntryAges(const base::Clock& clock) : clock_(clock) {}

  /// Redis has opened the stream. `first`: for the first time, so its events are older than this worker.
  void on_opened(const RedisStream::State& state, bool first);
  /// At `at` there was nothing more to read.
  void on_caught_up(base::Instant at) { last_caught_up_ = at; }
  /// The time of Redis has been read, and the history knows it.
  void on_clock_trusted() { trust_clock_at_.reset(); }

  /// The last event of the stream when it was opened.
  RedisPosition backlog_end() const { return backlog_end_; }
  /// When the events of an entry that has just been read were appended, by the clock of this machine.
  base::Instant appended_at(const StreamEntry& entry) const;
  /// The dates of Redis are the only ones that are known.
  bool depends_on_redis() const { return !last_caught_up_; }
  /// It is time to read the clock of Redis, and to trust its dates of the events that were there at the
  /// start.
  bool should_trust_clock() const {
    return trust_clock_at_ && clock_.now() >= *trust_clock_at_ && last_caught_up_;
  }

 private:
  const base::Clock& clock_;
  RedisPosition backlog_end_;
  std::chrono::milliseconds opened_at_{0};       // by the clock of Redis
  std::optional<base::Instant> last_caught_up_;  // never, at first
  std::optional<base::Instant> trust_clock_at_;
};

}  // namespace worker::store
