#include "store/sqlite/past_ids.hpp"

namespace worker::store {

struct SqlitePastIds::Statements {
  explicit Statements(Database& database)
      : add(database, "INSERT INTO past_ids(hash_1,hash_2,place,fingerprint) VALUES(?,?,?,?)"),
        forget(database, "DELETE FROM past_ids WHERE number<=(SELECT max(number) FROM past_ids)-?") {}

  Statement add, forget;
};

SqlitePastIds::SqlitePastIds(Database& database)
    : database_(database), statements_(std::make_unique<Statements>(database)) {}

SqlitePastIds::~SqlitePastIds() = default;

log::PastIds SqlitePastIds::load(std::size_t max) {
  auto key = base::SipKey::random();
  Statement stored(database_, "SELECT first, second FROM past_ids_key");
  if (stored.next())
    key = {static_cast<std::uint64_t>(stored.number(0)), static_cast<std::uint64_t>(stored.number(1))};
  // If the bound is lower than before, the ids beyond it are deleted: other events may have taken them.
  if (database_.number("SELECT count(*) FROM past_ids") > static_cast<std::int64_t>(max)) forget(max);
  log::PastIds ids(key, max);
  Statement rows(database_, "SELECT hash_1, hash_2, place, fingerprint FROM past_ids ORDER BY number");
  const auto number = [&](int column) { return static_cast<std::uint64_t>(rows.number(column)); };
  while (rows.next()) ids.add({{number(0), number(1)}, number(2), number(3)});
  return ids;
}

void SqlitePastIds::write(const log::PastId& id) {
  statements_->add.bind(1, id.hash.first)
      .bind(2, id.hash.second)
      .bind(3, id.sequence)
      .bind(4, id.fingerprint)
      .run();
}

void SqlitePastIds::forget(std::size_t max) { statements_->forget.bind(1, std::uint64_t{max}).run(); }

void SqlitePastIds::rewrite(const log::PastIds& ids) {
  database_.run("DELETE FROM past_ids; DELETE FROM past_ids_key");
  Statement(database_, "INSERT INTO past_ids_key VALUES(?,?)")
      .bind(1, ids.key().first)
      .bind(2, ids.key().second)
      .run();
  for (const auto& id : ids.all()) write(id);
}

}  // namespace worker::store
