// Database and Statement: own SQLite's handles, and turn its error codes into one exception, which the store
// catches. One thread at a time.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace worker::store {

/// An error of SQLite or of the system. The message is a part of a sentence: `disk is full`.
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
  /// Opens the file, or creates it. Throws SqliteError.
  explicit Database(const std::string& path);

  void run(const char* sql);
  std::int64_t number(const char* sql);
  /// True if the path does not lead to this file any more.
  bool moved() const;
  /// The full name of the file, with all links followed. The write-ahead log has the same name and `-wal`.
  std::string name() const { return sqlite3_db_filename(handle(), "main"); }
  sqlite3* handle() const { return handle_.get(); }
  [[noreturn]] void fail(int result) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

/// A statement that is prepared once and run often. The database outlives it. Texts are borrowed until the
/// next step.
class Statement {
 public:
  Statement(Database& database, const char* sql);

  Statement& bind(int at, std::int64_t number);
  Statement& bind(int at, std::uint64_t number) { return bind(at, static_cast<std::int64_t>(number)); }
  Statement& bind(int at, std::string_view text);
  /// Runs a statement that changes something, and makes it ready for the next run.
  void run();
  /// Moves to the next row; false if there is none.
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
