// Checkpoint: a small file beside that of a journal, `PATH.lock`, that says how far the journal has come. Who
// holds its lock may write to the journal; everybody else is refused until it goes. What it says shows the
// next worker whether the journal's file still is what was left: a restored copy, a log cut short, or what
// the machine had not written out when its power went, ends before it. One thread at a time.
#pragma once

#include <optional>
#include <string>

#include "base/unique_fd.hpp"
#include "log/entry.hpp"
#include "store/settings.hpp"

namespace worker::store {

class Checkpoint {
 public:
  /// Of the journal in the file `path`. Throws SqliteError: SQLITE_BUSY where another process has it.
  explicit Checkpoint(const std::string& path);

  /// Why a file that holds `epoch` up to `last` may lack events that were acknowledged, as a sentence's part;
  /// none where it has them all.
  std::optional<std::string> missing_tail_reason(const std::string& epoch, log::Sequence last) const;
  /// The last place it knows to have been given out.
  log::Sequence last() const { return record_ ? record_->last : 0; }

  /// The path leads to another file by now, or to none: another worker may hold that one.
  bool moved() const;

  /// To be called once the file has the events up to `last`, and before anybody is told. Throws SqliteError.
  void record(const std::string& epoch, log::Sequence last, StorageSettings::Durability durability);
  /// The file was closed, and the disk has all of it.
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
  std::optional<Record> record_;  // none: nothing that could be read
  bool begun_ = false;            // by this process
};

}  // namespace worker::store
