// What quiet streams get, and when.
#include <boost/test/unit_test.hpp>

#include "support/hub_bench.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubBench {
  /// Second by second, as a loop would.
  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) advance(1s);
  }
};

const std::string comment = "beat : \n\n";

std::string cursor(int place) { return fmt::format("beat id: e-{}\n\n", place); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(heartbeat_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_comment_when_nothing_happens) {
  HubReader first;
  HubReader second;
  subscribe(first, "a");
  subscribe(second, "a");
  pass(14);
  BOOST_TEST(first.news() == "");
  pass(1);
  BOOST_TEST(first.news() == comment);
  BOOST_TEST(second.news() == comment);
  BOOST_TEST(first.wires[0] == second.wires[0]);
  pass(14);
  BOOST_TEST(first.news() == "");
  pass(1);
  BOOST_TEST(first.news() == comment);
  BOOST_TEST(framed.size() == 2U);
}

BOOST_AUTO_TEST_CASE(the_cursor_when_the_hub_has_moved_on) {
  HubReader reader;
  subscribe(reader, "a");
  publish("b");
  publish("b");
  pass(15);
  BOOST_TEST(reader.news() == cursor(2));
  pass(15);
  BOOST_TEST(reader.news() == comment);
  publish("b");
  pass(15);
  BOOST_TEST(reader.news() == cursor(3));
}

BOOST_AUTO_TEST_CASE(an_event_is_a_sign_of_life) {
  HubReader reader;
  HubReader other;
  subscribe(reader, "a");
  subscribe(other, "b");
  pass(10);
  publish("a");
  pass(14);
  BOOST_TEST(reader.news() == "[1]");
  BOOST_TEST(other.news() == cursor(1));
  pass(2);
  BOOST_TEST(reader.news() == comment);  // it has the latest cursor by the event itself
}

BOOST_AUTO_TEST_CASE(a_cursor_from_before_the_event_is_not_sent_again) {
  HubReader reader;
  subscribe(reader, "a");
  publish("b");
  publish("a");
  pass(30);
  BOOST_TEST(reader.news() == "[2] " + comment);
}

BOOST_AUTO_TEST_CASE(who_is_behind_gets_none) {
  HubReader slow(1);
  subscribe(slow, "a");
  publish("a");
  pass(60);
  BOOST_TEST(slow.news() == "[1]");
  drain(slow);
  BOOST_TEST(slow.news() == "");
  publish("b");
  pass(15);
  BOOST_TEST(slow.news() == cursor(2));
}

BOOST_AUTO_TEST_CASE(a_heartbeat_may_fill_the_socket) {
  HubReader slow(1);
  subscribe(slow, "a");
  publish("b");
  pass(15);
  publish("a");
  settle();
  BOOST_TEST(slow.news() == cursor(1));
  drain(slow);
  publish("a");
  settle();
  BOOST_TEST(slow.news() == "[2] [3]");
}

BOOST_AUTO_TEST_CASE(a_shorter_time_holds_at_once) {
  HubReader reader;
  subscribe(reader, "a");
  pass(2);
  settings.heartbeat = 3s;
  shard().update(settings);
  pass(1);
  BOOST_TEST(reader.news() == comment);
  pass(3);
  BOOST_TEST(reader.news() == comment);
}

BOOST_AUTO_TEST_CASE(shorter_than_a_second) {
  settings.heartbeat = 200ms;
  HubReader reader;
  subscribe(reader, "a");
  for (int i = 0; i < 10; ++i) advance(100ms);
  BOOST_TEST(reader.news() == comment + " " + comment + " " + comment + " " + comment + " " + comment);
}

BOOST_AUTO_TEST_CASE(without_readers_nothing_is_framed) {
  {
    HubReader reader;
    subscribe(reader, "a");
  }
  pass(60);
  BOOST_TEST(framed.empty());
}

// It is also the beat that gives up what is too old, without anybody publishing.
BOOST_AUTO_TEST_CASE(the_history_ages) {
  history.age_max = 10s;
  shard();
  publish("a");
  pass(10);
  BOOST_TEST(journal().figures().events == 1U);
  pass(1);
  BOOST_TEST(journal().figures().events == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_pending_is_no_silence) {
  settings.flush_cost_per_stream = 20s;
  settings.flush_interval_max = 20s;
  HubReader reader;
  subscribe(reader, "a");
  publish("a");
  pass(1);
  publish("a");
  pass(19);
  BOOST_TEST(reader.news() == "[1]");
  pass(1);
  BOOST_TEST(reader.news() == "[2]");
}

BOOST_AUTO_TEST_SUITE_END()
