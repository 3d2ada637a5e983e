// SqliteFile: the file of the SQLite store: events as they were sent, the state of topics, and the epoch.
// Knows the schema, but nothing of subscribers, and not who else may write to it (see Checkpoint). One thread
// at a time. Every call may throw SqliteError, and has changed nothing then.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/history_loader.hpp"
#include "store/settings.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/file_watch.hpp"
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
  /// Writes new events, and the changes of earlier ones, in one transaction. Writes only as many of
  /// `changes.gone` as take no long time, and leaves the rest in `changes`.
  void write(const std::vector<log::EntryPtr>& entries, log::LogChanges& changes);
  /// Replaces the content of the file.
  void rewrite(const std::string& epoch, const std::vector<log::EntryPtr>& entries, log::LogChanges changes);
  /// The last sequence that was given out, or is in the file.
  log::Sequence last();
  /// Throws if the next process would not find what was written: a file was moved, deleted or replaced, or
  /// another program changed the database. Takes a few system calls; call about once
  /// a second. After it has thrown, only a new store and rewrite() make the file right.
  void inspect();
  /// Call it before the file is closed because a call has thrown: see abandon().
  void discard_wal();

  /// Call it about once a second. If the clock was set since the last call, corrects the times of the events
  /// after `after` in the file by the same difference.
  void track_clock(log::Sequence after);

 private:
  // Tells the file from an older copy of it.
  struct Content {
    std::int64_t events = 0;
    std::int64_t last = 0;  // in `hub`
    bool operator==(const Content&) const = default;
  };

  void watch();
  std::int64_t data_version();
  void verify();
  void abandon();
  void wal_checkpoint();
  void make_schema();
  log::HistoryLoader::Record load_record(std::size_t past_ids_max);
  void write(const log::Entry& entry);
  void write(log::LogChanges& changes, std::size_t gone_max);
  std::int64_t wall_ms(const log::Entry& entry) const;
  std::int64_t up_ms(base::Instant at) const;
  base::Instant instant(std::int64_t up_ms) const;
  std::int64_t now_ms() const;
  std::int64_t clock_offset() const;
  void continue_clock();
  void correct(std::int64_t milliseconds, log::Sequence after);
  template <class Write>
  void transaction(const Write& write);

  struct Statements;

  const base::Clock& clock_;
  Database database_;
  std::unique_ptr<Statements> statements_;
  std::unique_ptr<SqlitePastIds> past_ids_;
  std::string epoch_;
  // Times by two clocks: the machine's, which may be set, and one that only rises: the time for which workers
  // have had this file open, and the time between them unless the machine was booted meanwhile.
  const std::string boot_;
  const base::Instant since_;
  std::int64_t up_ms_ = 0;      // the second clock, at since_
  std::int64_t offset_ms_ = 0;  // of the machine's clock from the steady one, when it was looked at last
  base::Instant recorded_;      // when the file got both last
  const std::string path_;
  std::optional<FileWatch> watch_;
  int log_pages_ = 0;              // in the write-ahead log, after the last commit
  std::int64_t data_version_ = 0;  // changes when another connection commits
  Content content_;                // of the file, by what was committed
  Content next_content_;           // with the transaction under way
};

}  // namespace worker::store
