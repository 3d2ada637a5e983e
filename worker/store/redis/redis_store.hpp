// RedisStore: the log in this process's memory and in a Redis, where any number of workers, on any number of
// machines, share one order of events and one kind of cursor.
//
// It has two threads, each with its own connection. The writer sends queued appends, many at a time. The reader is
// the only thread that adds events to the log, this worker's own included, so that all workers have them in one
// order; an append is answered when the reader has added its events (ReadbackQueue). While Redis cannot be reached,
// subscribers are served from the log, publishes are refused at once with the reason, and both threads retry. Then
// the reader continues from its position; events that were trimmed or lost meanwhile count as lost in the log.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/logger.hpp"
#include "base/random.hpp"
#include "log/log.hpp"
#include "store/append_queue.hpp"
#include "store/health.hpp"
#include "store/redis/readback_queue.hpp"
#include "store/redis/stream.hpp"
#include "store/settings.hpp"

namespace worker::store {

class RedisStore final : public Store {
 public:
  /// Reads what the Redis holds into the log, or is in trouble from the start.
  RedisStore(log::Log& log, const RedisSettings& redis, base::Logger& logger);
  ~RedisStore() override;

  /// `done` is called on one of the threads, or before it returns where nothing can be kept.
  void append(std::vector<log::Draft> drafts, Done done) override;
  std::optional<std::string> unavailable_reason() const override;
  Backlog backlog() const override { return queue_.backlog(); }
  /// Another address, or password, of the same hub.
  bool reconfigure(const StorageSettings& storage) override;
  void close() override;

 private:
  // Ids and closed topics of events that were trimmed before this worker could read them.
  struct Trimmed {
    std::vector<RedisPastId> ids;
    std::deque<RedisClosed> closed;
  };
  // One of the two threads' way to Redis. The pointer changes under mutex_, its owner alone uses it.
  struct Link {
    std::unique_ptr<RedisConnection> redis;
    unsigned moved = 0;  // see address_version_
    Health health;
  };

  void reader();
  void read_retained();
  void read_next();
  void attach();
  void check_stream();
  void adjust_read_count(std::size_t events, std::size_t bytes);
  void take(std::vector<StreamEntry> entries, const Trimmed& missed);
  Trimmed trimmed_between(RedisPosition last, RedisPosition next);
  void remember(const Trimmed& missed);
  base::Instant time_of(const StreamEntry& entry) const;
  void trust_clock();

  void writer();
  void write(std::vector<PendingAppend>& taken);
  RedisStream::Appended append_group(RedisConnection& redis, std::span<const RedisDraft> drafts);
  void probe();
  std::vector<Kept> results_of(const RedisStream::Appended& appended,
                               std::span<const RedisDraft> drafts) const;
  Kept result_of(std::int64_t sequence, const std::string& epoch, const RedisDraft& draft) const;
  bool was_stored(const RedisDraft& draft) const;

  RedisConnection& connected(Link& link);
  void on_failed(Link& link, const RedisError& error);
  void on_recovered(Link& link);
  bool pause(Link& link);
  RedisKnownPosition known_position() const;
  log::Sequence retained_from() const;
  RedisStream::Bounds bounds() const;

  log::Log& log_;
  const base::Clock& clock_;
  std::mutex& mutex_;      // the log's
  log::History& history_;  // guarded by mutex_
  const RedisStream stream_;
  base::Logger& logger_;
  AppendQueue queue_;
  ReadbackQueue readback_;

  // The reader's alone.
  std::size_t count_ = 64;                       // events asked for at once
  RedisPosition backlog_end_;                    // up to here events are older than now
  std::chrono::milliseconds tail_at_{0};         // the time of Redis then
  std::optional<base::Instant> last_caught_up_;  // when there was nothing more to read; never, at first
  std::optional<base::Instant>
      trust_clock_at_;  // when the clock of Redis is believed about what was there before
  int missing_ = 0;     // how often in a row there was less than there should be

  // Guarded by mutex_, as the history is.
  RedisSettings redis_;
  unsigned address_version_ = 0;  // how often there was another address
  Link read_link_;
  Link write_link_;
  bool closing_ = false;
  bool writer_done_ = false;  // the writer is done
  std::uint64_t epoch_ = 0;
  std::uint64_t term_ = 0;
  std::condition_variable changed_;

  std::jthread reader_;
  std::jthread writer_;
};

}  // namespace worker::store
