// All workers and Redis end at once, and Redis comes back with less: the cursors of readers tell.
#include <boost/test/unit_test.hpp>

#include "log/terms.hpp"
#include "unit/store/redis/redis_fixture.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

namespace {

struct Bench : RedisFixture {
  /// Three events that Redis still has, and two that it has not.
  Bench() {
    {
      const auto before = worker();
      for (int i = 0; i < 5; ++i) ids.push_back(publish(*before, i == 4 ? "b" : "a"));
    }
    const auto epoch = std::to_string(std::stoull(ids[0].substr(0, ids[0].find('-')), nullptr, 16));
    for (const auto* lost : {"-4", "-5"}) server.ask({"XDEL", "{sse-worker}:events", epoch + lost});
    server.ask({"HSET", "{sse-worker}:cluster", "last", "3", "run", "another"});
  }
  static bool may_arrive(const EventLog& event_log, const std::string& cursor) {
    return event_log.resume(select("a"), cursor).may_arrive;
  }
  static bool is_lost(const EventLog& event_log, const std::string& cursor) {
    return resume(event_log, cursor).ends_with("gap lost");
  }
  std::vector<std::string> ids;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_witness, Bench)

// The sequences of lost events are not given to others.
BOOST_AUTO_TEST_CASE(a_cursor_of_a_lost_event_is_a_gap_for_all_from_before) {
  const auto one = worker();
  const auto two = worker();
  const auto later = publish(*one, "a");
  BOOST_TEST(later.size() > ids[4].size());
  BOOST_TEST(eventually([&] { return two->last() == one->last(); }));
  for (const auto* each : {one.get(), two.get()}) {
    BOOST_TEST(each->lost_through() == 0U);
    BOOST_TEST(resume(*each, ids[2]) == "after 3");
    for (const int lost : {3, 4}) {
      BOOST_TEST(is_lost(*each, ids[lost]));
      BOOST_TEST(may_arrive(*each, ids[lost]));
    }
  }
  append(*one, Terms::lost(ids[4]));
  BOOST_TEST(eventually([&] { return two->last() == one->last(); }));
  const auto three = worker();
  for (const auto* each : {one.get(), two.get(), three.get()}) {
    for (const int from_before : {0, 1, 2, 3, 4}) {
      BOOST_TEST(is_lost(*each, ids[from_before]));
      BOOST_TEST(!may_arrive(*each, ids[from_before]));
    }
    BOOST_TEST(resume(*each, later) == fmt::format("after {}", one->last() - 1));
  }
}

// The bounds of Redis are numbers of events, not of sequences.
BOOST_AUTO_TEST_CASE(what_was_skipped_takes_no_room_in_redis) {
  settings.bytes_max = 64'000;  // of 201 events
  const auto one = worker();
  for (int i = 0; i < 150; ++i) publish(*one, "a");
  BOOST_TEST(one->read_all(0, 1'000).size() == 154U);
  BOOST_TEST(server.ask({"XLEN", "{sse-worker}:events"})->integer == 154);
  BOOST_TEST(held(*worker()) == held(*one));
}

// It cannot begin a term: until it can be written to, nothing is skipped.
BOOST_AUTO_TEST_CASE(a_replica_begins_no_term) {
  server.ask({"REPLICAOF", "127.0.0.1", "1"});
  const auto one = worker();
  BOOST_TEST(held(*one) == "1 2 3");
  BOOST_TEST(publish(*one, "a") == "unavailable");
  server.ask({"REPLICAOF", "NO", "ONE"});
  BOOST_TEST(eventually([&] { return publish(*one, "a").size() > ids[4].size(); }));
  BOOST_TEST(one->lost_through() == 0U);
  BOOST_TEST(eventually([&] { return is_lost(*one, ids[4]); }));
}

BOOST_AUTO_TEST_SUITE_END()
