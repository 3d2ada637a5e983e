// SqliteFile: the file of the SQLite journal: events as they were sent, marks of topics, and the epoch.
// Knows the schema, and nothing of readers, nor who else may write to it (see Checkpoint). One thread at a
// time; every call may throw SqliteError, and then has changed nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/history.hpp"
#include "store/settings.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/file_watch.hpp"
#include "store/sqlite/past_ids.hpp"

namespace worker::store {

class SqliteFile {
 public:
  /// Opens the file, or makes it. One of an older schema is brought up to date.
  SqliteFile(const std::string& path, StorageSettings::Durability durability, const base::Clock& clock);
  ~SqliteFile();

  /// Of the history in the file; empty where there is none yet.
  const std::string& epoch() const { return epoch_; }
  /// All that is in it.
  log::History load(const log::Settings& settings);
  /// Events and what became of earlier ones, together or not at all. Takes as many of `changes.gone` as do
  /// not make others wait, and leaves the rest.
  void write(const std::vector<log::EntryPtr>& entries, log::LogChanges& changes);
  /// Begins anew with this.
  void rewrite(const std::string& epoch, const std::vector<log::EntryPtr>& entries, log::LogChanges changes);
  /// The last place that it has given out, or holds.
  log::Sequence last();
  /// Throws where what was written is not where the next process looks for it: a file was moved, deleted or
  /// replaced, or another program changed what is in the database. Takes a few system calls; call about once
  /// a second. After it has thrown, only a new store and rewrite() make the file right.
  void inspect();
  /// Before it is closed because a call has thrown: see abandon().
  void discard_wal();

  /// To be called about once a second. Where somebody has set the clock since, the times of events after
  /// `after` are corrected in the file, so that they are by the clock as it is.
  void track_clock(log::Sequence after);

 private:
  // What tells a file from an older copy of it.
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
  // Time by two clocks: that of the machine, which somebody may set, and the time for which workers have had
  // this file, which only rises: with downtime in the same boot, without it over a boot.
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
