// FileWatch: whether the paths of a SQLite database still lead to the files that are in use. A write to a
// file that was moved, deleted or replaced succeeds, but no later process finds what was written. SQLite's
// own check (SQLITE_FCNTL_HAS_MOVED) covers the database alone, not its WAL, and compares inode numbers
// without their device. A value; one thread at a time; a call costs a stat() for each file. A file that
// cannot be examined counts as one that is gone.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

namespace worker::store {

/// Which file a path leads to.
struct FileIdentity {
  dev_t device = 0;
  ino_t inode = 0;  // 0: to none

  static FileIdentity of(const std::string& path);
  static FileIdentity of(int descriptor);
  bool operator==(const FileIdentity&) const = default;
};

class FileWatch {
 public:
  /// Watches `database`, a path as the operator spells it, and the files beside it, from now on.
  FileWatch(std::string database, const std::vector<std::string>& beside);

  /// The database itself was moved, deleted or replaced.
  bool database_moved() const;
  /// What happened to the first file that is not where it was, as a sentence; none if all are.
  std::optional<std::string> moved() const;
  /// The database was written to since the baseline, by this process or by another: its size or its time of
  /// change differs.
  bool written() const;
  /// The baseline of written() is now.
  void set_baseline();
  /// Deletes the files beside the database that are still those that were watched.
  void remove_beside() const;

 private:
  struct File {
    std::string path;
    FileIdentity identity;
  };
  struct Content {
    off_t size = 0;
    timespec changed{};
  };

  Content content() const;

  File database_;
  std::vector<File> beside_;
  Content content_;
};

}  // namespace worker::store
