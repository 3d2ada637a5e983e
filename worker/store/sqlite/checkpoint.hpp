// Checkpoint: a small file beside the database, `PATH.lock`, with the last sequence that was stored. Only the
// process that holds its lock may write to the database. The next worker compares both files: a restored
// copy, a write-ahead log that was truncated, and a database that lacks what the machine had not written to
// the disk before a power failure all end at a lower sequence. SqliteStore owns it; one thread at a time. It
// holds the lock until it is destroyed.
#pragma once

#include <optional>
#include <string>

#include "base/unique_fd.hpp"
#include "log/entry.hpp"
#include "store/settings.hpp"

namespace worker::store {

class Checkpoint {
 public:
  /// For the database `path`. Throws SqliteError: SQLITE_BUSY if another process holds the lock.
  explicit Checkpoint(const std::string& path);

  /// Why a file that holds `epoch` up to `last` may lack events that were acknowledged, as part of a
  /// sentence; none if it has them all.
  std::optional<std::string> missing_tail_reason(const std::string& epoch, log::Sequence last) const;
  /// The last sequence that is recorded.
  log::Sequence last() const { return record_ ? record_->last : 0; }

  /// True if the path now leads to another file, which another worker may have locked, or to none.
  bool moved() const;

  /// Call it when the file has the events up to `last`, before their publishers get an answer. Throws
  /// SqliteError.
  void record(const std::string& epoch, log::Sequence last, StorageSettings::Durability durability);
  /// Call it when the file is closed, and all of it is on the disk.
  void record_clean_shutdown();

 private:
  struct Record {
    log::Sequence last = 0;
    bool open = true;
    StorageSettings::Durability durability = StorageSettings::Durability::process;
    std::string boot;  // of the machine
    std::string epoch;
  };

  static std::optional<Record> parse(const std::string& text);
  std::string text() const;
  void write(const std::string& text);
  void write_through(const std::string& text);

  const std::string path_;
  base::UniqueFd file_;
  const std::string boot_;
  std::optional<Record> record_;  // none if the file could not be read
  bool begun_ = false;            // this process has written record_
};

}  // namespace worker::store
