// SqliteStore: the history in this process's memory and in a SQLite file, from which the next process loads
// it. It has one thread, which writes: all appends that wait go into one transaction, and are answered, and
// delivered to subscribers, when that is stored. While the file cannot be written to, subscribers are served
// from memory, publishes are refused at once with the reason, and the store keeps trying to open the file.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/logger.hpp"
#include "log/log.hpp"
#include "store/append_queue.hpp"
#include "store/health.hpp"
#include "store/settings.hpp"
#include "store/sqlite/checkpoint.hpp"
#include "store/sqlite/sqlite_file.hpp"

namespace worker::store {

class SqliteStore final : public Store {
 public:
  /// Reads the file into the log, or is unavailable from the start. A new file gets the log's epoch.
  SqliteStore(log::Log& log, const StorageSettings& storage, base::Logger& logger);
  ~SqliteStore() override;

  /// `done` is called on the writer's thread, or before append() returns if nothing can be stored.
  void append(std::vector<log::Draft> drafts, Done done) override;
  std::optional<std::string> unavailable_reason() const override { return health_.unavailable_reason(); }
  Backlog backlog() const override { return queue_.backlog(); }
  void close() override;

 private:
  void open();
  void verify_checkpoint(log::HistoryLoader& loader) const;
  void run();
  template <class Range, class Work>
  void in_parts(Range& range, const Work& work);
  void write(std::vector<PendingAppend>& appends);
  void record_checkpoint(const std::vector<log::EntryPtr>& entries);
  void housekeeping();
  bool inspection_is_due() const;
  void inspect();
  void trust_clock();
  void rewrite(SqliteFile& store);
  void end();
  void on_failed(const SqliteError& error);

  log::Log& log_;
  const base::Clock& clock_;
  std::mutex& mutex_;      // the log's
  log::History& history_;  // guarded by mutex_
  const StorageSettings storage_;
  base::Logger& logger_;
  Health health_;
  AppendQueue queue_;
  // The constructor, then the writer's thread.
  // Held as long as the store lives, also while the file is closed: what another worker wrote meanwhile would
  // be overwritten from this worker's memory.
  std::optional<Checkpoint> checkpoint_;
  std::unique_ptr<SqliteFile> file_;
  log::LogChanges changes_;  // not yet in the file
  std::chrono::steady_clock::time_point inspected_;
  std::optional<base::Instant> trust_clock_at_;  // when the dates of restored events begin to count
  log::Sequence restored_through_ = 0;

  std::jthread writer_;
};

}  // namespace worker::store
