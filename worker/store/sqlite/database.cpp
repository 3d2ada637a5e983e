#include "store/sqlite/database.hpp"

#include <fmt/format.h>

#include <system_error>

namespace worker::store {
namespace {

constexpr int primary(int result) { return result & 0xff; }

}  // namespace

Database::Database(const std::string& path) {
  sqlite3* handle = nullptr;
  // One thread at a time uses it, so SQLite needs no mutex.
  const int result = sqlite3_open_v2(
      path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (result != SQLITE_OK) fail(result);
  sqlite3_extended_result_codes(handle, 1);
  // An operator who reads the file, or a backup, may hold a lock for a moment.
  sqlite3_busy_timeout(handle, 2'000);
}

void Database::fail(int result) const {
  const int system = handle_ ? sqlite3_system_errno(handle_.get()) : 0;
  std::string message = sqlite3_errstr(result);
  const bool of_the_system = primary(result) == SQLITE_CANTOPEN || primary(result) == SQLITE_IOERR;
  if (of_the_system && system != 0) message += fmt::format(" ({})", std::generic_category().message(system));
  throw SqliteError(primary(result), message);
}

void Database::run(const char* sql) {
  if (const int result = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr); result != SQLITE_OK)
    fail(result);
}

std::int64_t Database::number(const char* sql) {
  Statement statement(*this, sql);
  return statement.next() ? statement.number(0) : 0;
}

bool Database::moved() const {
  int moved = 0;
  sqlite3_file_control(handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

Statement::Statement(Database& database, const char* sql) : database_(database) {
  sqlite3_stmt* handle = nullptr;
  const int result =
      sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (result != SQLITE_OK) database.fail(result);
  handle_.reset(handle);
}

Statement& Statement::bind(int at, std::int64_t number) {
  if (const int result = sqlite3_bind_int64(handle_.get(), at, number); result != SQLITE_OK)
    database_.fail(result);
  return *this;
}

Statement& Statement::bind(int at, std::string_view text) {
  const int result = sqlite3_bind_text64(handle_.get(), at, text.data() == nullptr ? "" : text.data(),
                                         text.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (result != SQLITE_OK) database_.fail(result);
  return *this;
}

void Statement::run() {
  const int result = sqlite3_step(handle_.get());
  sqlite3_reset(handle_.get());
  if (result != SQLITE_DONE && result != SQLITE_ROW) database_.fail(result);
}

bool Statement::next() {
  const int result = sqlite3_step(handle_.get());
  if (result == SQLITE_ROW) return true;
  sqlite3_reset(handle_.get());
  if (result != SQLITE_DONE) database_.fail(result);
  return false;
}

std::string_view Statement::text(int column) const {
  const auto* bytes = sqlite3_column_blob(handle_.get(), column);
  const auto size = sqlite3_column_bytes(handle_.get(), column);
  return bytes == nullptr ? std::string_view()
                          : std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

}  // namespace worker::store
