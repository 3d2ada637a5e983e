// RedisBench: workers' journals at one Redis of a test's own, and waiting for what they come to.
#pragma once

#include <future>
#include <memory>
#include <thread>

#include "journal/redis_journal.hpp"
#include "support/hub_draft.hpp"
#include "support/redis_server.hpp"

namespace worker::journal {

struct RedisBench {
  std::unique_ptr<RedisJournal> worker() { return worker(server.address()); }
  std::unique_ptr<RedisJournal> worker(const RedisAddress& address) {
    RedisSettings redis;
    redis.address = address;
    redis.password = server.password;
    return std::make_unique<RedisJournal>(settings, redis, clock, log);
  }
  /// An id, or why there is none.
  static std::string append(Journal& journal, Draft draft) {
    std::promise<std::string> told;
    std::vector<Draft> drafts;
    drafts.push_back(std::move(draft));
    journal.append(std::move(drafts), [&](std::vector<Journal::Kept> results) {
      told.set_value(support::told(results.front()));
    });
    return told.get_future().get();
  }
  static std::string publish(Journal& journal, const std::string& topics, std::string data = "x") {
    return append(journal, support::draft(topics, std::move(data)));
  }
  static std::string held(const Journal& journal) {
    return support::places(journal.read_all(0, std::string::npos));
  }
  static std::string resume(const Journal& journal, const std::string& cursor) {
    return support::told(journal.resume(support::select("a"), cursor));
  }
  /// Within ten seconds.
  template <class Condition>
  static bool comes(const Condition& condition) {
    for (int tries = 0; tries < 2'000; ++tries) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }

  support::RedisServer server;
  base::SystemClock clock;
  base::Log log{"journal"};
  Settings settings;
};

}  // namespace worker::journal
