// RedisStore: the log in this process's memory and in a Redis, where any number of workers, on any number of
// machines, share one order of events and one kind of cursor.
//
// It has two threads, each with its own link. One sends queued appends, many at a time (RedisWriter). The
// other is the only one that adds events to the log, this worker's own included, so that all workers have
// them in one order (RedisReader); an append is answered when it has added its events (ReadbackQueue). While
// Redis cannot be reached, subscribers are served from the log, publishes are refused at once with the
// reason, and both threads retry. Then the reader continues from its position; events that were trimmed or
// lost meanwhile count as lost in the log.
#pragma once

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/logger.hpp"
#include "log/log.hpp"
#include "store/append_queue.hpp"
#include "store/redis/link.hpp"
#include "store/redis/readback_queue.hpp"
#include "store/redis/reader.hpp"
#include "store/redis/sentinel_watch.hpp"
#include "store/redis/writer.hpp"
#include "store/settings.hpp"

namespace worker::store {

class RedisStore final : public Store {
 public:
  /// Reads what the Redis retains into the log, or is unavailable from the start.
  RedisStore(log::Log& log, const RedisSettings& redis, base::Logger& logger);
  ~RedisStore() override;

  /// `done` is called on one of the threads, or before append() returns if nothing can be stored.
  void append(std::vector<log::Draft> drafts, Done done) override;
  std::optional<std::string> unavailable_reason() const override;
  Backlog backlog() const override { return queue_.backlog(); }
  /// Another address, or password, of the same cluster.
  bool reconfigure(const StorageSettings& storage) override;
  void close() override;

 private:
  void attach();
  void read_reply();
  void on_read_failed(const RedisError& error);
  void read(const std::stop_token& stop);

  void write();
  void write(std::vector<PendingAppend>& appends);
  void probe();
  void send_all();
  void wait_for_replicas();

  base::Logger& logger_;
  const RedisStream stream_;
  AppendQueue queue_;
  ReadbackQueue readback_;

  // The constructor, then the reading thread.
  RedisReader reader_;
  std::optional<RedisAction> next_read_;  // none: attach first
  // The writing thread.
  RedisWriter writer_;

  RedisLink read_link_;
  RedisLink write_link_;
  SentinelWatch watch_;
  std::jthread read_thread_;
  std::jthread write_thread_;
};

}  // namespace worker::store
