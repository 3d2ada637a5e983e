// RedisFixture: workers' journals at one Redis of a test's own, and short ways to talk to them.
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
  /// To an address where no Redis listens; returns when the journal has noticed.
  void disconnect(support::EventLog& journal) const {
    BOOST_TEST(journal.reconfigure(storage({.path = server.address().path + ".none"})));
    BOOST_TEST(support::eventually([&] { return journal.unavailable_reason().has_value(); }));
  }
  /// Back to the Redis of this bench; returns at once.
  void reconnect(support::EventLog& journal) const {
    BOOST_TEST(journal.reconfigure(storage(server.address())));
  }

  static std::string publish(support::EventLog& journal, const std::string& topics, std::string data = "x") {
    return support::append(journal, support::draft(topics, std::move(data)));
  }
  static std::string held(const support::EventLog& journal) {
    return support::places(journal.read_all(0, std::string::npos));
  }
  static std::string resume(const support::EventLog& journal, const std::string& cursor) {
    return support::told(journal.resume(support::select("a"), cursor));
  }

  support::RedisServer server;
  base::SystemClock clock;
  base::Logger logger{"journal"};
  log::Settings settings;
};

}  // namespace worker::store
