// RedisFixture: logs of several workers at one Redis of a test's own, and short ways to use them.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>
#include <utility>

#include "store/redis/redis_store.hpp"
#include "support/append.hpp"
#include "support/eventually.hpp"
#include "support/redis_server.hpp"

namespace worker::store {

struct RedisFixture {
  std::unique_ptr<support::EventLog> worker() { return worker(server.address()); }
  std::unique_ptr<support::EventLog> worker(const RedisAddress& address) { return worker(address, clock); }
  std::unique_ptr<support::EventLog> worker(const RedisAddress& address, const base::Clock& time) {
    auto made = std::make_unique<support::EventLog>(settings, "none", time, support::EventLog::Writers::many);
    made->with(
        [&](log::Log& log) { return std::make_unique<RedisStore>(log, storage(address).redis, logger); });
    return made;
  }
  StorageSettings storage(const RedisAddress& address) const {
    StorageSettings at{.kind = StorageSettings::Kind::redis};
    at.redis.address = address;
    at.redis.password = server.password;
    return at;
  }
  /// To an address where no Redis listens; returns when the store has noticed.
  void disconnect(support::EventLog& event_log) const {
    BOOST_TEST(event_log.reconfigure(storage({.path = server.address().path + ".none"})));
    BOOST_TEST(support::eventually([&] { return event_log.unavailable_reason().has_value(); }));
  }
  /// Back to the Redis of this bench; returns at once.
  void reconnect(support::EventLog& event_log) const {
    BOOST_TEST(event_log.reconfigure(storage(server.address())));
  }

  static std::string publish(support::EventLog& event_log, const std::string& topics,
                             std::string data = "x") {
    return support::append(event_log, support::draft(topics, std::move(data)));
  }
  static std::string held(const support::EventLog& event_log) {
    return support::places(event_log.read_all(0, std::string::npos));
  }
  static std::string resume(const support::EventLog& event_log, const std::string& cursor) {
    return support::told(event_log.resume(support::select("a"), cursor));
  }

  support::RedisServer server;
  base::SystemClock clock;
  base::Logger logger{"test"};
  log::Settings settings;
};

}  // namespace worker::store
