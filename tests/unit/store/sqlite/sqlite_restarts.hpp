// SqliteRestarts: processes with a SQLite store in one file, one after the other, and short ways to talk to
// the present one.
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
    event_log_.reset();
    event_log_ = make(fmt::format("life{}", ++lives_));
  }
  std::unique_ptr<support::EventLog> make(std::string epoch) {
    auto made = std::make_unique<support::EventLog>(settings, std::move(epoch), clock);
    const StorageSettings storage{StorageSettings::Kind::sqlite, file};
    made->with([&](log::Log& log) { return std::make_unique<SqliteStore>(log, storage, logger_); });
    return made;
  }
  void end() { event_log_.reset(); }
  support::EventLog& event_log() { return *event_log_; }

  std::string append(log::Draft draft) { return support::append(event_log(), std::move(draft)); }
  std::string publish(const std::string& topics, std::string data = "x") {
    return append(support::draft(topics, std::move(data)));
  }
  void publish_times(int count, const std::string& topics) {
    for (int i = 0; i < count; ++i) publish(topics);
  }
  std::string held() { return support::places(event_log().read_all(0, std::string::npos)); }
  std::string resume(const std::string& selectors, const std::string& cursor) {
    return support::told(event_log().resume(support::select(selectors), cursor));
  }
  bool closed(const std::string& topics) { return event_log().closed(support::select(topics)); }
  void age(std::chrono::milliseconds by) {
    clock.advance(by);
    while (event_log().expire()) {
    }
  }
  /// What a look into the file says.
  std::int64_t in_file(const char* sql) { return Database(file).number(sql); }

  support::TempFolder folder;
  support::ManualClock clock;
  log::Settings settings;
  std::string file = folder.path("journal.db");

 private:
  base::Logger logger_{"test"};
  int lives_ = 0;
  std::unique_ptr<support::EventLog> event_log_;
};

}  // namespace worker::store
