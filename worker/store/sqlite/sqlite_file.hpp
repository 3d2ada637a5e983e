// SqliteFile: the database of the SQLite store: events as they were sent, the state of topics, and the epoch.
// It knows the schema, but neither subscribers nor other writers (see Checkpoint). SqliteStore owns it; one
// thread at a time. Every call may throw SqliteError, and has changed nothing then.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/history_loader.hpp"
#include "store/settings.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/file_clock.hpp"
#include "store/sqlite/file_guard.hpp"
#include "store/sqlite/past_ids.hpp"

namespace worker::store {

class SqliteFile {
 public:
  /// Opens the file, or creates it. An older schema is upgraded.
  SqliteFile(const std::string& path, StorageSettings::Durability durability, const base::Clock& clock);
  ~SqliteFile();

  /// The epoch of the history in the file; empty if the file has none yet.
  const std::string& epoch() const { return epoch_; }
  /// Everything in the file. Call it before write().
  log::HistoryLoader load(const log::Settings& settings);
  /// Writes new events, and the changes of earlier ones, in one transaction. Deletes only as many of the
  /// evicted events (`changes.gone`) as take a few milliseconds, and leaves the rest in `changes`.
  void write(const std::vector<log::EntryPtr>& entries, log::LogChanges& changes);
  /// Replaces the content of the file.
  void rewrite(const std::string& epoch, const std::vector<log::EntryPtr>& entries, log::LogChanges changes);
  /// The last sequence that was used, or is in the file.
  log::Sequence last();
  /// See FileGuard::inspect(); call it about once a second. After it has thrown, only a new SqliteFile and
  /// rewrite() repair the file.
  void inspect() { guard_->inspect(); }
  /// See FileGuard::discard_wal().
  void discard_wal() { guard_->discard_wal(); }

  /// Call it about once a second. If the clock was set since the last call, corrects the times of the events
  /// after `after` in the file by the same difference.
  void track_clock(log::Sequence after);

 private:
  void make_schema();
  log::HistoryLoader::Record load_record(std::size_t past_ids_max);
  void write(const log::Entry& entry);
  void write(log::LogChanges& changes, std::size_t gone_max);
  void resume_clock();
  void correct(std::int64_t milliseconds, log::Sequence after);
  template <class Write>
  void transaction(const Write& write);

  struct Statements;

  const base::Clock& clock_;
  Database database_;
  std::unique_ptr<Statements> statements_;
  std::unique_ptr<SqlitePastIds> past_ids_;
  std::string epoch_;
  FileClock file_clock_;
  std::optional<FileGuard> guard_;   // once the file has its schema
  FileGuard::Content next_content_;  // after the current transaction
};

}  // namespace worker::store
