#include "store/sqlite/file_guard.hpp"

namespace worker::store {
namespace {

// 16 MiB. Moving the WAL into the database blocks the writer; the larger the WAL is, the less that costs for
// each event.
constexpr int wal_checkpoint_pages = 4'096;

}  // namespace

FileGuard::FileGuard(Database& database, const std::string& path)
    : database_(database),
      path_(path),
      watch_(path, {database.name() + "-wal", database.name() + "-shm"}),
      data_version_(data_version()) {
  sqlite3_wal_hook(
      database_.handle(),
      [](void* wal_pages, sqlite3*, const char*, int pages) {
        *static_cast<int*>(wal_pages) = pages;
        return SQLITE_OK;
      },
      &wal_pages_);
  if (database_.moved()) throw SqliteError(SQLITE_IOERR, "the file was moved or deleted while it was opened");
}

std::int64_t FileGuard::data_version() { return database_.number("PRAGMA data_version"); }

// As `wal_autocheckpoint` does, except that it leaves a file alone that another program has written to, and
// that inspect() can tell this write from the writes of others.
void FileGuard::set_content(const Content& content) {
  content_ = content;
  if (wal_pages_ < wal_checkpoint_pages || watch_.database_moved() || watch_.written()) return;
  wal_pages_ = 0;
  sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  watch_.set_baseline();
}

void FileGuard::inspect() {
  if (watch_.database_moved()) abandon();
  if (const auto what = watch_.moved()) throw SqliteError(SQLITE_IOERR, *what);
  const bool overwritten = watch_.written();
  const auto version = data_version();
  if (!overwritten && version == data_version_) return;
  // Another program vacuumed, or moved the WAL into the database; or a copy was restored, into the file
  // itself
  // (`cp`) or as a transaction (`.restore`).
  try {
    verify();
  } catch (const SqliteError&) {
    if (overwritten) abandon();
    throw;
  }
  data_version_ = version;
  watch_.set_baseline();
}

// By another connection, because this one has pages cached in memory.
void FileGuard::verify() {
  Database second(path_);
  Statement statement(second, "SELECT (SELECT count(*) FROM events), last FROM hub");
  if (statement.next() && Content{statement.number(0), statement.number(1)} == content_) return;
  throw SqliteError(SQLITE_IOERR, "another program changed the file while it was in use");
}

// The WAL belongs to a database that is gone. No part of it may get into the database that has its path now,
// neither when the old one is closed nor when the new one is opened.
void FileGuard::abandon() {
  sqlite3_db_config(database_.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  watch_.remove_beside();
}

void FileGuard::discard_wal() {
  if (watch_.database_moved() || watch_.written()) abandon();
}

}  // namespace worker::store
