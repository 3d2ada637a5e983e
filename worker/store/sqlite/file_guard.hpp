// FileGuard: whether a database that is in use is still where the next process looks for it (FileWatch), and
// still contains what this process wrote. It also moves the WAL into the database, because that write must be
// told from the writes of other programs. SqliteFile owns it, one thread at a time. Every call may throw
// SqliteError.
#pragma once

#include <cstdint>
#include <string>

#include "store/sqlite/database.hpp"
#include "store/sqlite/file_watch.hpp"

namespace worker::store {

class FileGuard {
 public:
  /// What distinguishes the file from an older copy of it.
  struct Content {
    std::int64_t events = 0;
    std::int64_t last = 0;  // in `hub`
    bool operator==(const Content&) const = default;
  };

  /// Borrows `database`, which has the schema, was opened by `path`, and has no `wal_autocheckpoint`. Throws
  /// if the path now leads to another file.
  FileGuard(Database& database, const std::string& path);
  FileGuard(const FileGuard&) = delete;
  FileGuard& operator=(const FileGuard&) = delete;

  /// After the last commit.
  const Content& content() const { return content_; }
  /// Call it after each load or commit. Moves the WAL into the database if it has grown.
  void set_content(const Content& content);

  /// Throws if the next process would not find what this process wrote: a file was moved, deleted or
  /// replaced, or another program changed the database. Takes a few system calls.
  void inspect();
  /// Call it before the database is closed because a call has thrown: discards the WAL if its database was
  /// moved, deleted or overwritten.
  void discard_wal();

 private:
  std::int64_t data_version();
  void verify();
  void abandon();

  Database& database_;
  const std::string path_;
  FileWatch watch_;
  int wal_pages_ = 0;              // after the last commit
  std::int64_t data_version_ = 0;  // changes when another connection commits
  Content content_;
};

}  // namespace worker::store
