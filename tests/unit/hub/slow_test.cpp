// Readers whose sockets are full: out of the way of the others, caught up from the journal, cut in the end.
#include <boost/test/unit_test.hpp>

#include "support/hub_bench.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubBench {
  Fixture() { settings.outbox_bytes_max = 1'000; }
  /// One event whose frame has exactly `bytes`.
  void publish_bytes(std::size_t bytes, const std::string& topic = "a") {
    const auto overhead = fmt::format("data: \nid: e-{}\n\n", journal().last() + 1).size();
    publish(topic, std::string(bytes - overhead, 'x'));
    settle();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(slow_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_others_go_on_and_it_gets_all_it_missed) {
  HubReader healthy;
  HubReader slow(1);
  subscribe(healthy, "a");
  subscribe(slow, "a");
  publish("a");
  settle();
  publish("a");
  settle();
  publish_times(2, "a");
  settle();
  BOOST_TEST(healthy.news() == "[1] [2] [3 4]");
  BOOST_TEST(slow.news() == "[1]");
  drain(slow);
  BOOST_TEST(slow.news() == "[2 3 4]");
  publish("a");
  settle();
  BOOST_TEST(healthy.news() == "[5]");
  BOOST_TEST(slow.news() == "[5]");
  BOOST_TEST(healthy.received == slow.received);
}

BOOST_AUTO_TEST_CASE(full_in_the_middle_of_a_flush) {
  settings.outbox_bytes_max = 10'000'000;
  HubReader slow(1);
  subscribe(slow, "a");
  publish_times(6, "a", std::string(33'000, 'x'));
  turn();
  BOOST_TEST(slow.news() == "[1 2]");
  drain(slow, 1);
  BOOST_TEST(slow.news() == "[3 4]");
  publish("a");
  settle();
  drain(slow);
  settle();
  BOOST_TEST(slow.news() == "[5 6] [7]");
}

BOOST_AUTO_TEST_CASE(drained_while_a_flush_waits) {
  settings.flush_cost_per_stream = 10ms;
  HubReader healthy;
  HubReader slow(1);
  subscribe(healthy, "a");
  subscribe(slow, "a");
  publish("a");
  turn();
  publish("a");
  turn();
  drain(slow);
  BOOST_TEST(slow.news() == "[1]");  // it is up to date: what waits comes to it with the others
  settle();
  publish("a");
  settle();
  BOOST_TEST(slow.news() == "[2] [3]");
  BOOST_TEST(healthy.news() == "[1] [2] [3]");
}

// --- the bound ---

BOOST_AUTO_TEST_CASE(cut_when_more_than_the_bound_was_published_past_it) {
  HubReader slow(1);
  subscribe(slow, "a");
  publish_bytes(500);
  publish_bytes(600);
  publish_bytes(400);
  BOOST_TEST(slow.news() == "[1]");
  publish_bytes(20);
  BOOST_TEST(slow.news() == "slow");
  BOOST_TEST(metrics.slow_closes.value() == 1U);
}

BOOST_AUTO_TEST_CASE(one_event_larger_than_the_bound_waits_for_its_reader) {
  HubReader slow(1);
  subscribe(slow, "a");
  publish_bytes(5'000);
  BOOST_TEST(slow.news() == "[1]");
  drain(slow);
  publish("a");
  settle();
  BOOST_TEST(slow.news() == "[2]");
}

BOOST_AUTO_TEST_CASE(told_once) {
  HubReader slow(1);
  subscribe(slow, "a");
  for (int i = 0; i < 3; ++i) publish_bytes(900);
  BOOST_TEST(slow.news() == "[1] slow");
  publish_bytes(900);
  BOOST_TEST(slow.news() == "");
  BOOST_TEST(metrics.slow_closes.value() == 1U);
}

BOOST_AUTO_TEST_CASE(who_takes_something_is_not_cut) {
  HubReader slow(1);
  subscribe(slow, "a");
  publish_bytes(100);
  for (int i = 0; i < 20; ++i) {
    publish_bytes(900);
    drain(slow, 1);
  }
  BOOST_TEST(!slow.ended);
  BOOST_TEST(metrics.slow_closes.value() == 0U);
  BOOST_TEST(metrics.delivered_events.value() == 21U);
}

BOOST_AUTO_TEST_CASE(other_topics_do_not_count) {
  HubReader slow(1);
  subscribe(slow, "a");
  HubReader other;
  subscribe(other, "b");
  publish_bytes(100);
  for (int i = 0; i < 20; ++i) publish_bytes(900, "b");
  BOOST_TEST(slow.news() == "[1]");
  BOOST_TEST(!slow.ended);
}

BOOST_AUTO_TEST_CASE(who_takes_nothing_of_its_history_is_cut_too) {
  publish_bytes(5'000);
  publish_bytes(5'000);
  HubReader slow(0);
  subscribe(slow, "a", 0);
  publish_bytes(1'000);
  BOOST_TEST(slow.news() == "");
  publish_bytes(20);
  BOOST_TEST(slow.news() == "slow");
}

// However much history there is: only what is published meanwhile counts.
BOOST_AUTO_TEST_CASE(a_long_history_alone_cuts_nobody) {
  for (int i = 0; i < 30; ++i) publish_bytes(60'000);
  HubReader reader(1);
  subscribe(reader, "a", 0);
  for (int i = 0; i < 40; ++i) {
    settle();
    drain(reader, 1);
  }
  BOOST_TEST(reader.news().ends_with("[29 30]"));
  BOOST_TEST(metrics.slow_closes.value() == 0U);
}

// It has just taken half a megabyte, slice by slice, without ever having to wait.
BOOST_AUTO_TEST_CASE(who_took_its_history_without_a_pause_took_something) {
  publish_times(18, "a", std::string(33'000, 'x'));
  HubReader reader(8);
  subscribe(reader, "a", 0);
  publish_times(5, "a", std::string(400, 'x'));
  HubReader newcomer;  // the news are taken in, and a flush goes by, while it replays
  subscribe(newcomer, "other");
  BOOST_TEST(reader.room == 0);
  publish("a");
  settle();
  BOOST_TEST(reader.news() == "[1 2] [3 4] [5 6] [7 8] [9 10] [11 12] [13 14] [15 16]");
  drain(reader);
  BOOST_TEST(reader.news() == "[17 18] [19 20 21 22 23 24]");
}

// A large event on a thin line: its socket is never empty, but it moves.
BOOST_AUTO_TEST_CASE(who_makes_progress_is_not_cut) {
  HubReader slow(1);
  subscribe(slow, "a");
  publish_bytes(100);
  for (int i = 0; i < 20; ++i) {
    publish_bytes(900);
    shard().on_progress(slow);
  }
  BOOST_TEST(slow.news() == "[1]");
  publish_bytes(900);
  publish_bytes(200);
  BOOST_TEST(slow.news() == "slow");
}

BOOST_AUTO_TEST_CASE(a_new_bound_holds_from_now_on) {
  HubReader slow(1);
  subscribe(slow, "a");
  publish_bytes(100);
  publish_bytes(900);
  settings.outbox_bytes_max = 2'000;
  shard().update(settings);
  publish_bytes(900);
  BOOST_TEST(slow.news() == "[1]");
  settings.outbox_bytes_max = 100;
  shard().update(settings);
  publish_bytes(20);
  BOOST_TEST(slow.news() == "slow");
}

// --- evicted meanwhile ---

BOOST_AUTO_TEST_CASE(what_is_gone_when_it_drains_is_told) {
  history.topic_events_max = 3;
  HubReader slow(1);
  subscribe(slow, "a");
  publish("a");
  settle();
  for (int i = 0; i < 9; ++i) {
    publish("a");
    settle();
  }
  drain(slow);
  BOOST_TEST(slow.news() == "[1] gap evicted 1>7 [8 9 10]");
  BOOST_TEST(metrics.gaps.value() == 1U);
  publish("a");
  settle();
  BOOST_TEST(slow.news() == "[11]");
}

BOOST_AUTO_TEST_CASE(also_where_nothing_is_left) {
  history.age_max = 1s;
  settings.heartbeat = 1h;
  HubReader slow(1);
  subscribe(slow, "a");
  publish("a");
  settle();
  publish("a");
  settle();
  advance(2s);
  drain(slow);
  BOOST_TEST(slow.news() == "[1] gap evicted 1>2");
  publish("a");
  settle();
  BOOST_TEST(slow.news() == "[3]");
}

BOOST_AUTO_TEST_CASE(what_others_topics_lost_is_not_told) {
  history.topic_events_max = 3;
  HubReader slow(1);
  HubReader busy;
  subscribe(slow, "quiet");
  subscribe(busy, "busy");
  publish("quiet");
  settle();
  publish_times(9, "busy");
  settle();
  publish("quiet");
  settle();
  drain(slow);
  BOOST_TEST(slow.news() == "[1] [11]");
}

BOOST_AUTO_TEST_SUITE_END()
