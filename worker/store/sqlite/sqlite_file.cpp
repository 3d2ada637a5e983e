#include "store/sqlite/sqlite_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "store/sqlite/boot_id.hpp"

namespace worker::store {
namespace {

constexpr int schema_version = 5;
constexpr std::int64_t application_id = 0x73736577;  // "ssew": marks the file, also for `file`

constexpr const char* schema = R"(
  CREATE TABLE events(
    place  INTEGER PRIMARY KEY,  -- the sequence
    at_ms  INTEGER NOT NULL,     -- when it was published, Unix time
    topics TEXT NOT NULL,        -- one a line
    frame  TEXT NOT NULL,        -- as it is sent to subscribers
    alias  TEXT NOT NULL,        -- the publisher id
    key    TEXT NOT NULL,        -- which value it is the latest of
    closes INTEGER NOT NULL,     -- 1: the last event of its topics
    up_ms  INTEGER NOT NULL DEFAULT 0,    -- at_ms by the clock hub.up_ms
    private INTEGER NOT NULL DEFAULT 0);  -- 1: for subscribers with a grant
  CREATE TABLE topics(           -- the state of topics
    name         TEXT PRIMARY KEY,
    lost_through INTEGER NOT NULL,  -- the last sequence that was evicted
    closed_at    INTEGER NOT NULL   -- the sequence of its last event, 0 while it is open
  ) WITHOUT ROWID;
  CREATE TABLE hub(
    epoch             TEXT NOT NULL,      -- the first half of every id
    last              INTEGER NOT NULL,   -- sequences up to this one are used
    forgotten_through INTEGER NOT NULL,   -- the last sequence of topics that were discarded
    doubtful_through  INTEGER NOT NULL,   -- events up to this sequence may be missing
    up_ms   INTEGER NOT NULL DEFAULT 0,   -- at the last write: for how long workers have had this file open
    boot    TEXT NOT NULL DEFAULT '',     -- at the last write: the id of the machine's boot
    mono_ms INTEGER NOT NULL DEFAULT 0,   -- at the last write: the steady clock of that boot
    wall_ms INTEGER NOT NULL DEFAULT 0);  -- at the last write: Unix time
)";

// What turns each version into the next one; the oldest first.
constexpr const char* steps[] = {
    "ALTER TABLE hub ADD COLUMN doubtful_through INTEGER NOT NULL DEFAULT 0",
    SqlitePastIds::schema,
    "ALTER TABLE events ADD COLUMN up_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE hub ADD COLUMN up_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE hub ADD COLUMN boot TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE hub ADD COLUMN mono_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE hub ADD COLUMN wall_ms INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE events ADD COLUMN private INTEGER NOT NULL DEFAULT 0",
};
static_assert(std::size(steps) == schema_version - 1);

std::string lines(const log::Entry::Topics& topics) {
  std::string text;
  for (const auto topic : topics) text.append(text.empty() ? "" : "\n").append(topic);
  return text;
}

std::vector<std::string> topics_of(std::string_view text) {
  std::vector<std::string> topics;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    topics.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return topics;
}

}  // namespace

struct SqliteFile::Statements {
  explicit Statements(Database& database)
      : event(database,
              "INSERT INTO events(place,at_ms,topics,frame,alias,key,closes,up_ms,private)"
              " VALUES(?,?,?,?,?,?,?,?,?)"),
        gone(database, "DELETE FROM events WHERE place BETWEEN ? AND ?"),
        mark(database, "INSERT OR REPLACE INTO topics VALUES(?,?,?)"),
        closed(database,
               "INSERT INTO topics VALUES(?,0,?) ON CONFLICT DO UPDATE SET closed_at=excluded.closed_at"),
        forgotten(database, "DELETE FROM topics WHERE name=?"),
        hub(database,
            "UPDATE hub SET last=max(last,?1), forgotten_through=max(forgotten_through,?2),"
            " doubtful_through=max(doubtful_through,?3), up_ms=?4, boot=?5, mono_ms=?6, wall_ms=?7") {}

  Statement event, gone, mark, closed, forgotten, hub;
};

SqliteFile::SqliteFile(const std::string& path, StorageSettings::Durability durability,
                       const base::Clock& clock)
    : clock_(clock), database_(path), file_clock_(clock, boot_id()) {
  database_.run("PRAGMA journal_mode=WAL");
  database_.run("PRAGMA wal_autocheckpoint=0");  // see FileGuard
  database_.run(durability == StorageSettings::Durability::full ? "PRAGMA synchronous=FULL"
                                                                : "PRAGMA synchronous=NORMAL");
  make_schema();
  statements_ = std::make_unique<Statements>(database_);
  past_ids_ = std::make_unique<SqlitePastIds>(database_);
  Statement hub(database_, "SELECT epoch FROM hub");
  if (hub.next()) epoch_ = hub.text(0);
  guard_.emplace(database_, path);
}

SqliteFile::~SqliteFile() = default;

void SqliteFile::make_schema() {
  const auto id = database_.number("PRAGMA application_id");
  const auto version = database_.number("PRAGMA user_version");
  const bool fresh = database_.number("SELECT count(*) FROM sqlite_schema") == 0;
  if (!fresh && id != application_id)
    throw SqliteError(SQLITE_NOTADB, "it is the database of another program");
  if (!fresh && version > schema_version) {
    throw SqliteError(SQLITE_NOTADB,
                      fmt::format("it was written by a newer sse-worker (schema {}, this one knows {})",
                                  version, schema_version));
  }
  if (!fresh && version < 1) throw SqliteError(SQLITE_NOTADB, "it has no version of its schema");
  if (version == schema_version) return;
  transaction([&] {
    if (fresh) database_.run(schema);
    if (fresh) database_.run(SqlitePastIds::schema);
    for (auto step = version; !fresh && step < schema_version; ++step) database_.run(steps[step - 1]);
    database_.run(fmt::format("PRAGMA application_id={}", application_id).c_str());
    database_.run(fmt::format("PRAGMA user_version={}", schema_version).c_str());
  });
}

log::HistoryLoader SqliteFile::load(const log::Settings& settings) {
  resume_clock();
  log::HistoryLoader loader(settings, load_record(settings.past_ids_max), clock_);
  log::Sequence last = 0;
  Statement events(database_,
                   "SELECT place, at_ms, topics, frame, alias, key, closes, up_ms, private FROM events"
                   " ORDER BY place");
  while (events.next()) {
    log::EntryParts entry;
    entry.sequence = static_cast<log::Sequence>(events.number(0));
    if (entry.sequence <= last)
      throw SqliteError(SQLITE_CORRUPT, "the file is malformed: a sequence below 1");
    last = entry.sequence;
    ++next_content_.events;
    entry.dated_ms = events.number(1);
    entry.at = file_clock_.instant(events.number(7));
    entry.topics = topics_of(events.text(2));
    entry.frame = events.text(3);
    entry.publisher_id = events.text(4);
    entry.key = events.text(5);
    entry.closes = events.number(6) != 0;
    entry.is_private = events.number(8) != 0;
    loader.add(log::Entry::make(entry));
  }
  guard_->set_content(next_content_);
  return loader;
}

log::Sequence SqliteFile::last() {
  return static_cast<log::Sequence>(database_.number(
      "SELECT max((SELECT coalesce(max(last), 0) FROM hub), (SELECT coalesce(max(place), 0) FROM events))"));
}

log::HistoryLoader::Record SqliteFile::load_record(std::size_t past_ids_max) {
  const auto sequence = [](Statement& row, int column) {
    return static_cast<log::Sequence>(row.number(column));
  };
  log::HistoryLoader::Record record{.epoch = epoch_, .past_ids = past_ids_->load(past_ids_max)};
  Statement hub(database_, "SELECT last, forgotten_through, doubtful_through FROM hub");
  if (hub.next()) {
    next_content_.last = hub.number(0);
    record.last = sequence(hub, 0);
    record.discarded_through = sequence(hub, 1);
    record.missing_tail_through = sequence(hub, 2);
  }
  Statement topics(database_, "SELECT name, lost_through, closed_at FROM topics");
  while (topics.next()) {
    record.topics.emplace_back(topics.text(0), log::TopicState{sequence(topics, 1), sequence(topics, 2)});
  }
  return record;
}

void SqliteFile::write(const std::vector<log::EntryPtr>& entries, log::LogChanges& changes) {
  // Deleting takes no longer than a few milliseconds at a time, however much there is to delete.
  const auto gone_max = std::max<std::size_t>(2 * entries.size(), 5'000);
  transaction([&] {
    for (const auto& entry : entries) write(*entry);
    write(changes, gone_max);
  });
  const auto gone = std::min(gone_max, changes.gone.size());
  changes.gone.erase(changes.gone.begin(), changes.gone.begin() + static_cast<std::ptrdiff_t>(gone));
  changes.topics.clear();
}

void SqliteFile::rewrite(const std::string& epoch, const std::vector<log::EntryPtr>& entries,
                         log::LogChanges changes) {
  transaction([&] {
    database_.run("DELETE FROM events; DELETE FROM topics; DELETE FROM hub");
    next_content_ = {};
    Statement hub(database_,
                  "INSERT INTO hub(epoch,last,forgotten_through,doubtful_through) VALUES(?,0,0,0)");
    hub.bind(1, std::string_view(epoch)).run();
    for (const auto& entry : entries) write(*entry);
    if (changes.past_ids) past_ids_->rewrite(*changes.past_ids);
    write(changes, 0);
  });
  epoch_ = epoch;
}

void SqliteFile::write(const log::Entry& entry) {
  const auto topics = lines(entry.topics());
  statements_->event.bind(1, entry.sequence())
      .bind(2, file_clock_.wall_ms(entry))
      .bind(3, std::string_view(topics))
      .bind(4, entry.frame())
      .bind(5, entry.publisher_id())
      .bind(6, entry.key())
      .bind(7, std::int64_t{entry.closes()})
      .bind(8, file_clock_.up_ms(entry.at()))
      .bind(9, std::int64_t{entry.is_private()})
      .run();
  ++next_content_.events;
  if (!entry.closes()) return;
  for (const auto topic : entry.topics()) {
    statements_->closed.bind(1, topic).bind(2, entry.sequence()).run();
  }
}

// The eviction marks come first: an event that is still in the file although its topic has evicted it does no
// harm; one that is gone without a mark would be a loss without a gap.
void SqliteFile::write(log::LogChanges& changes, std::size_t gone_max) {
  for (const auto& [name, mark] : changes.topics) {
    if (mark) {
      statements_->mark.bind(1, std::string_view(name))
          .bind(2, mark->lost_through)
          .bind(3, mark->closed_at)
          .run();
    } else {
      statements_->forgotten.bind(1, std::string_view(name)).run();
    }
  }
  const auto gone = std::min(gone_max, changes.gone.size());
  bool some_had_ids = false;
  for (std::size_t i = 0, next = 0; i < gone; i = next) {
    // Sequences are mostly evicted in their order: one statement deletes each run of them.
    for (next = i + 1; next < gone && changes.gone[next].sequence == changes.gone[next - 1].sequence + 1;)
      ++next;
    statements_->gone.bind(1, changes.gone[i].sequence).bind(2, changes.gone[next - 1].sequence).run();
    next_content_.events -= sqlite3_changes(database_.handle());
  }
  for (std::size_t i = 0; i < gone; ++i) {
    if (!changes.gone[i].id) continue;
    past_ids_->write(*changes.gone[i].id);
    some_had_ids = true;
  }
  if (some_had_ids && changes.past_ids_max) past_ids_->forget(*changes.past_ids_max);
  const auto times = file_clock_.reading();
  statements_->hub.bind(1, changes.last)
      .bind(2, changes.forgotten_through)
      .bind(3, changes.missing_tail_through)
      .bind(4, times.up_ms)
      .bind(5, times.boot)
      .bind(6, times.steady_ms)
      .bind(7, times.wall_ms)
      .run();
  file_clock_.on_recorded();
  next_content_.last = std::max(next_content_.last, static_cast<std::int64_t>(changes.last));
}

template <class Write>
void SqliteFile::transaction(const Write& write) {
  database_.run("BEGIN IMMEDIATE");
  try {
    write();
    database_.run("COMMIT");
  } catch (...) {
    next_content_ = guard_ ? guard_->content() : FileGuard::Content();
    // If SQLite has rolled back by itself, this fails, which does no harm.
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
  if (guard_) guard_->set_content(next_content_);
}

// --- the clock ---

void SqliteFile::resume_clock() {
  std::int64_t jump = 0;
  {
    Statement hub(database_, "SELECT up_ms, boot, mono_ms, wall_ms FROM hub");
    if (hub.next()) jump = file_clock_.resume({hub.number(0), hub.text(1), hub.number(2), hub.number(3)});
  }
  if (jump != 0) correct(jump, 0);
}

void SqliteFile::track_clock(log::Sequence after) {
  const auto jump = file_clock_.take_jump();
  if (jump != 0 || file_clock_.is_record_due()) correct(jump, after);
}

void SqliteFile::correct(std::int64_t milliseconds, log::Sequence after) {
  transaction([&] {
    if (milliseconds != 0) {
      Statement events(database_, "UPDATE events SET at_ms=at_ms+? WHERE place>?");
      events.bind(1, milliseconds).bind(2, after).run();
    }
    log::LogChanges none;
    write(none, 0);
  });
}

}  // namespace worker::store
