// Topics that were closed by events that Redis does not hold any more: how a worker learns of them.
#include <boost/test/unit_test.hpp>

#include "unit/store/redis/redis_fixture.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

namespace {

struct Bench : RedisFixture {
  /// Events that close `each` topics: `t0-0`, `t0-1`, …, `t1-0`, …
  void close(EventLog& event_log, int events, int each, std::size_t name_bytes = 0) {
    for (int i = 0; i < events; ++i) {
      Draft draft{.closes = true};
      for (int k = 0; k < each; ++k) draft.topics.push_back(name(i, k, name_bytes));
      append(event_log, std::move(draft));
    }
  }
  static std::string name(int event, int topic, std::size_t bytes = 0) {
    auto text = fmt::format("t{}-{}", event, topic);
    text.resize(std::max(bytes, text.size()), 'x');
    return text;
  }
  /// All events go from Redis.
  void trim() const { server.ask({"XTRIM", "{sse-worker}:events", "MAXLEN", "0"}); }
  /// How often Redis was asked for a part.
  std::string asked() const {
    const auto reply = server.ask({"INFO", "commandstats"});
    const std::string text(reply->str, reply->len);
    const auto at = text.find("cmdstat_zrangebyscore:calls=");
    return at == std::string::npos ? "never" : text.substr(at, text.find(',', at) - at);
  }
  static std::size_t closed(const EventLog& event_log, int events, int each) {
    std::size_t count = 0;
    for (int i = 0; i < events; ++i) {
      for (int k = 0; k < each; ++k) count += event_log.closed(select(name(i, k))) ? 1U : 0U;
    }
    return count;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_closed, Bench)

// More than one part has, also of one event.
BOOST_AUTO_TEST_CASE(all_of_them_in_parts) {
  const auto one = worker();
  close(*one, 3, 1'300);
  trim();
  const auto two = worker();
  BOOST_TEST(closed(*two, 3, 1'300) == 3'900U);
  BOOST_TEST(!two->closed(select("t3-0")));
  BOOST_TEST(publish(*two, "t2-1299") == "closed");
  BOOST_TEST(resume(*two, two->id_of(3)) == "after 3");
}

BOOST_AUTO_TEST_CASE(exactly_one_part_and_one_more) {
  const auto one = worker();
  close(*one, 1, 1'000);
  trim();
  BOOST_TEST(closed(*worker(), 1, 1'000) == 1'000U);
  close(*one, 1, 1);  // is closed already
  append(*one, closing("last"));
  trim();
  const auto two = worker();
  BOOST_TEST(closed(*two, 1, 1'000) == 1'000U);
  BOOST_TEST(two->closed(select("last")));
}

// What is not held is not asked for either: those whose events are there come with them.
BOOST_AUTO_TEST_CASE(a_break_that_missed_nothing_asks_for_none) {
  const auto one = worker();
  close(*one, 10, 10);
  const auto before = asked();
  for (int i = 0; i < 3; ++i) {
    server.ask({"CLIENT", "KILL", "TYPE", "normal"});
    BOOST_TEST(eventually([&] { return publish(*one, "a").starts_with(one->id_of(0).substr(0, 6)); }));
  }
  BOOST_TEST(asked() == before);
  BOOST_TEST(closed(*one, 10, 10) == 100U);
}

// Of more names than there is room for, those that were closed last.
BOOST_AUTO_TEST_CASE(no_more_than_there_is_room_for) {
  const auto one = worker();
  close(*one, 200, 1, 1'000);
  trim();
  settings.bytes_max = 65'536;
  const auto two = worker();
  two->expire();
  BOOST_TEST(two->closed(select(name(199, 0, 1'000))));
  BOOST_TEST(!two->closed(select(name(0, 0, 1'000))));
  const auto stats = two->stats();
  BOOST_TEST(stats.topics >= 10U);
  BOOST_TEST(stats.bytes <= settings.bytes_max / History::emptied_share);
  // Redis knows.
  BOOST_TEST(publish(*two, name(0, 0, 1'000)) == "closed");
}

// Closed, and its event trimmed, while this worker could not read.
BOOST_AUTO_TEST_CASE(what_was_closed_while_it_was_away) {
  const auto one = worker();
  const auto two = worker();
  publish(*one, "a");
  BOOST_TEST(eventually([&] { return two->last() == 1; }));
  disconnect(*two);
  close(*one, 1, 1'500);
  publish(*one, "a");
  server.ask({"XTRIM", "{sse-worker}:events", "MAXLEN", "1"});
  reconnect(*two);
  BOOST_TEST(eventually([&] { return two->last() == 3; }));
  BOOST_TEST(closed(*two, 1, 1'500) == 1'500U);
}

BOOST_AUTO_TEST_SUITE_END()
