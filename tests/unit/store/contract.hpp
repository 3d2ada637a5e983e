// What every store promises, as test cases: contract_*_test.cpp hold them, each running once per type in
// Subjects. A further store joins with a Subject of its own there; what only one store promises has its
// own file.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "store/memory/memory_store.hpp"
#include "store/redis/redis_store.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/append.hpp"
#include "support/manual_clock.hpp"
#include "support/redis_server.hpp"
#include "support/temp_folder.hpp"

namespace worker::store {

/// One process with a store, and short ways to use it.
class Subject {
 public:
  Subject() = default;
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;
  virtual ~Subject() = default;

  /// Made by the first use, out of the settings of that moment.
  support::EventLog& event_log() {
    if (!event_log_) event_log_ = make();
    return *event_log_;
  }

  /// Waits until they are kept, on whichever thread that comes.
  std::vector<store::Kept> append(std::vector<log::Draft> drafts) {
    return support::append(event_log(), std::move(drafts));
  }
  /// One event; what told() says of its result.
  std::string append(log::Draft draft) { return support::append(event_log(), std::move(draft)); }
  std::string publish(const std::string& topics, std::string data = "x") {
    return append(support::draft(topics, std::move(data)));
  }
  void publish_times(int count, const std::string& topics) {
    for (int i = 0; i < count; ++i) publish(topics);
  }

  std::string id(log::Sequence sequence) { return event_log().id_of(sequence); }
  std::string resume(const std::string& selectors, const std::optional<std::string>& cursor = std::nullopt) {
    return support::told(event_log().resume(support::select(selectors), cursor));
  }
  /// All of the history after `after`.
  std::string read(const std::string& selectors, log::Sequence after = 0) {
    return support::told(
        event_log().read(support::select(selectors), after, event_log().last(), std::string::npos, 0));
  }
  std::string held() { return support::places(event_log().read_all(0, std::string::npos)); }
  bool closed(const std::string& selectors) { return event_log().closed(support::select(selectors)); }
  void age(std::chrono::milliseconds by) {
    clock.advance(by);
    event_log().expire();
  }

  support::ManualClock clock;
  log::Settings settings;

 protected:
  virtual std::unique_ptr<support::EventLog> make() = 0;
  /// Before what it was made with goes.
  void end() { event_log_.reset(); }

 private:
  std::unique_ptr<support::EventLog> event_log_;
};

class MemorySubject final : public Subject {
 protected:
  std::unique_ptr<support::EventLog> make() override {
    static std::atomic<int> lives = 0;
    return std::make_unique<support::MemoryLog>(settings, fmt::format("life{:04}", ++lives), clock);
  }
};

class SqliteSubject final : public Subject {
 public:
  ~SqliteSubject() override { end(); }

 protected:
  std::unique_ptr<support::EventLog> make() override {
    static std::atomic<int> lives = 0;
    const StorageSettings storage{StorageSettings::Kind::sqlite, folder_.path("journal.db")};
    auto made = std::make_unique<support::EventLog>(settings, fmt::format("life{:04}", ++lives), clock);
    made->with([&](log::Log& log) { return std::make_unique<SqliteStore>(log, storage, logger_); });
    return made;
  }

 private:
  support::TempFolder folder_;
  base::Logger logger_{"test"};
};

class RedisSubject final : public Subject {
 public:
  ~RedisSubject() override { end(); }

 protected:
  std::unique_ptr<support::EventLog> make() override {
    static std::atomic<int> clusters = 0;
    RedisSettings redis;
    redis.address = support::RedisServer::shared().address();
    redis.key_namespace = fmt::format("cluster{}", ++clusters);
    auto made =
        std::make_unique<support::EventLog>(settings, "none", clock, support::EventLog::Writers::many);
    made->with([&](log::Log& log) { return std::make_unique<RedisStore>(log, redis, logger_); });
    return made;
  }

 private:
  base::Logger logger_{"test"};
};

using Subjects = std::tuple<MemorySubject, SqliteSubject, RedisSubject>;

}  // namespace worker::store
