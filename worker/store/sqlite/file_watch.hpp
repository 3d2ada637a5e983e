// FileWatch: whether the paths of a SQLite database still lead to the files that are in use. Whoever writes
// to a file that was moved, deleted or replaced succeeds, and no later process finds what was written.
// SQLite's own answer (SQLITE_FCNTL_HAS_MOVED) is about the database alone, not its log, and compares inode
// numbers without their device. A value; one thread at a time; a call costs a stat() for each file.
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
  /// From now on: `database`, as the operator spells it, and the files beside it.
  FileWatch(std::string database, const std::vector<std::string>& beside);

  /// The database itself was moved, deleted or replaced.
  bool database_moved() const;
  /// What became of the first file that is not where it was, as a sentence; none where all are.
  std::optional<std::string> moved() const;
  /// Somebody wrote to the database since then, by its size and time of change: who calls, or another.
  bool written() const;
  /// All that was written until now is accounted for.
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
