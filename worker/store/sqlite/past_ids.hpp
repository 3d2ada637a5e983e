// SqlitePastIds: the part of the SQLite file that stores PastIds: the key by which ids are hashed, and for
// each id its hash, sequence and fingerprint. SqliteFile owns it, and begins and ends the transactions. Every
// call may throw SqliteError.
#pragma once

#include <memory>

#include "log/past_ids.hpp"
#include "store/sqlite/database.hpp"

namespace worker::store {

class SqlitePastIds {
 public:
  /// Part of the file's schema.
  static constexpr const char* schema = R"(
  CREATE TABLE past_ids(           -- publisher ids of evicted events
    number      INTEGER PRIMARY KEY,  -- the lowest is discarded first
    hash_1      INTEGER NOT NULL,     -- SipHash-2-4-128 of the id
    hash_2      INTEGER NOT NULL,
    place       INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL);    -- of the event
  CREATE TABLE past_ids_key(first INTEGER NOT NULL, second INTEGER NOT NULL);  -- of the hash
  INSERT INTO past_ids_key VALUES(random(), random());
)";

  /// Borrows `database`, which has the schema.
  explicit SqlitePastIds(Database& database);
  ~SqlitePastIds();

  /// The last `max` ids; deletes the others from the file.
  log::PastIds load(std::size_t max);
  void write(const log::PastId& id);
  /// Deletes all but the last `max`.
  void forget(std::size_t max);
  /// Replaces all ids.
  void rewrite(const log::PastIds& ids);

 private:
  struct Statements;

  Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace worker::store
