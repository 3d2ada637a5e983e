// The SQLite store and its files: whether what is written is where the next process looks for it, and when it
// moves from the log into the database.
#include <fmt/format.h>

#include "store/sqlite/sqlite_file.hpp"

namespace worker::store {
namespace {

// 16 MiB: moving the log into the file stops the writer, and costs the less an event the more there is of it.
constexpr int wal_checkpoint_pages = 4'096;

}  // namespace

void SqliteFile::watch() {
  const auto name = database_.name();
  watch_.emplace(path_, std::vector<std::string>{name + "-wal", name + "-shm"});
  data_version_ = data_version();
  if (database_.moved()) throw SqliteError(SQLITE_IOERR, "the file was moved or deleted while it was opened");
}

log::Sequence SqliteFile::last() {
  return static_cast<log::Sequence>(database_.number(
      "SELECT max((SELECT coalesce(max(last), 0) FROM hub), (SELECT coalesce(max(place), 0) FROM events))"));
}

std::int64_t SqliteFile::data_version() { return database_.number("PRAGMA data_version"); }

void SqliteFile::inspect() {
  if (watch_->database_moved()) abandon();
  if (const auto what = watch_->moved()) throw SqliteError(SQLITE_IOERR, *what);
  const bool overwritten = watch_->written();
  const auto version = data_version();
  if (!overwritten && version == data_version_) return;
  // Somebody vacuums, or moves the log into the database; or a copy was put back, into the file itself (`cp`)
  // or as a transaction (`.restore`).
  try {
    verify();
  } catch (const SqliteError&) {
    if (overwritten) abandon();
    throw;
  }
  data_version_ = version;
  watch_->set_baseline();
}

// By another connection, for this one has pages of its own in memory.
void SqliteFile::verify() {
  Database second(path_);
  Statement statement(second, "SELECT (SELECT count(*) FROM events), last FROM hub");
  if (statement.next() && Content{statement.number(0), statement.number(1)} == content_) return;
  throw SqliteError(SQLITE_IOERR, "another program changed the file while it was in use");
}

// The log belongs to a database that is not there any more: a part of it must not get into the one that is,
// neither when this one is closed nor when that one is opened.
void SqliteFile::abandon() {
  sqlite3_db_config(database_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  watch_->remove_beside();
}

void SqliteFile::discard_wal() {
  if (watch_ && (watch_->database_moved() || watch_->written())) abandon();
}

// As `wal_autocheckpoint` would; but not into a file that somebody else has written to, and so that inspect()
// can tell our writes from others'.
void SqliteFile::wal_checkpoint() {
  if (log_pages_ < wal_checkpoint_pages || !watch_ || watch_->database_moved() || watch_->written()) return;
  log_pages_ = 0;
  sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  watch_->set_baseline();
}

}  // namespace worker::store
