// Database and Statement: SQLite's handles with an end, and its error codes as one exception that stops at
// the journal. One thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace worker::store {

/// What SQLite, or the system below it, said. The message is a sentence's part: `disk is full`.
class SqliteError : public std::runtime_error {
 public:
  SqliteError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  /// One of SQLite's primary result codes.
  int code() const { return code_; }

 private:
  int code_;
};

class Database {
 public:
  /// Made if it is not there. Throws SqliteError.
  explicit Database(const std::string& path);

  void run(const char* sql);
  std::int64_t number(const char* sql);
  /// The path does not lead to this file any more.
  bool moved() const;
  /// Its full name, with all links followed; its log is `-wal` after it.
  std::string name() const { return sqlite3_db_filename(handle(), "main"); }
  sqlite3* handle() const { return handle_.get(); }
  [[noreturn]] void fail(int result) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

/// Prepared once, run often. Outlived by its database. Texts are borrowed until the next step.
class Statement {
 public:
  Statement(Database& database, const char* sql);

  Statement& bind(int at, std::int64_t number);
  Statement& bind(int at, std::uint64_t number) { return bind(at, static_cast<std::int64_t>(number)); }
  Statement& bind(int at, std::string_view text);
  /// One that changes something, to its end; ready for the next afterwards.
  void run();
  /// The next row is there.
  bool next();

  std::int64_t number(int column) const { return sqlite3_column_int64(handle_.get(), column); }
  std::string_view text(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
  };
  Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace worker::store
