// SqliteRestarts: lives of a SQLite journal in one file, one after the other, and short ways to talk to the
// present one.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/sqlite_store.hpp"
#include "support/append.hpp"
#include "support/eventually.hpp"
#include "support/manual_clock.hpp"
#include "support/temp_folder.hpp"

namespace worker::store {

class SqliteRestarts {
 public:
  SqliteRestarts() { begin(); }

  void begin() {
    journal_.reset();
    journal_ = make(fmt::format("life{}", ++lives_));
  }
  std::unique_ptr<support::EventLog> make(std::string epoch) {
    auto made = std::make_unique<support::EventLog>(settings, std::move(epoch), clock);
    const StorageSettings storage{StorageSettings::Kind::sqlite, file};
    made->with([&](log::Log& log) { return std::make_unique<SqliteStore>(log, storage, logger_); });
    return made;
  }
  void end() { journal_.reset(); }
  support::EventLog& journal() { return *journal_; }

  std::string append(log::Draft draft) { return support::append(journal(), std::move(draft)); }
  std::string publish(const std::string& topics, std::string data = "x") {
    return append(support::draft(topics, std::move(data)));
  }
  void publish_times(int count, const std::string& topics) {
    for (int i = 0; i < count; ++i) publish(topics);
  }
  std::string held() { return support::places(journal().read_all(0, std::string::npos)); }
  std::string resume(const std::string& selectors, const std::string& cursor) {
    return support::told(journal().resume(support::select(selectors), cursor));
  }
  bool closed(const std::string& topics) { return journal().closed(support::select(topics)); }
  void age(std::chrono::milliseconds by) {
    clock.advance(by);
    while (journal().expire()) {
    }
  }
  /// What a look into the file says.
  std::int64_t in_file(const char* sql) { return Database(file).number(sql); }

  support::TempFolder folder;
  support::ManualClock clock;
  log::Settings settings;
  std::string file = folder.path("journal.db");

 private:
  base::Logger logger_{"journal"};
  int lives_ = 0;
  std::unique_ptr<support::EventLog> journal_;
};

}  // namespace worker::store
