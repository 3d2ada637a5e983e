// SqliteStore: the file of the SQLite journal: events as they were sent, marks of topics, and the epoch.
// Knows the schema, and nothing of readers, nor who else may write to it (see Witness). One thread at a time;
// every call may throw SqliteError, and then has changed nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "journal/history.hpp"
#include "journal/sqlite_database.hpp"
#include "journal/sqlite_past_ids.hpp"

namespace worker::journal {

class SqliteStore {
 public:
  /// Opens the file, or makes it. One of an older schema is brought up to date.
  SqliteStore(const std::string& path, StorageSettings::Durability durability, const base::Clock& clock);
  ~SqliteStore();

  /// Of the history in the file; empty where there is none yet.
  const std::string& epoch() const { return epoch_; }
  /// All that is in it.
  History load(const Settings& settings);
  /// Events and what became of earlier ones, together or not at all. Takes as many of `changes.gone` as do
  /// not make others wait, and leaves the rest.
  void keep(const std::vector<EntryPtr>& entries, Changes& changes);
  /// Begins anew with this.
  void rewrite(const std::string& epoch, const std::vector<EntryPtr>& entries, Changes changes);
  /// The path leads to another file by now, or to none.
  bool moved() const { return database_.moved(); }

 private:
  void make_schema();
  void write(const Entry& entry);
  void write(Changes& changes, std::size_t gone_max);
  std::int64_t wall_ms(base::Instant at) const;
  base::Instant instant(std::int64_t wall_ms) const;
  template <class Write>
  void transaction(const Write& write);

  struct Statements;

  const base::Clock& clock_;
  Database database_;
  std::unique_ptr<Statements> statements_;
  std::unique_ptr<SqlitePastIds> past_ids_;
  std::string epoch_;
};

}  // namespace worker::journal
