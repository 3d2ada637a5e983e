// Topics that end: every subscriber gets the last event, and then its end, once.
#include <boost/test/unit_test.hpp>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubFixture {
  void close(const std::string& topics) { append(closing(topics, "bye")); }
};

const std::string half_slice(16'360, 'x');

}  // namespace

BOOST_FIXTURE_TEST_SUITE(closing_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_event_then_the_end) {
  RecordingSubscriber first;
  RecordingSubscriber second;
  RecordingSubscriber other;
  subscribe(first, "a");
  subscribe(second, "a");
  subscribe(other, "b");
  publish("a");
  close("a");
  turn();
  BOOST_TEST(first.news() == "[1 2] closed");
  BOOST_TEST(second.news() == "[1 2] closed");
  settle();
  BOOST_TEST(first.news() == "");
  BOOST_TEST(other.news() == "");
}

BOOST_AUTO_TEST_CASE(who_comes_late_is_caught_up_first) {
  publish("a");
  close("a");
  publish("b");
  RecordingSubscriber from_the_beginning;
  RecordingSubscriber from_the_middle;
  RecordingSubscriber from_the_end;
  subscribe(from_the_beginning, "a", 0);
  subscribe(from_the_middle, "a", 1);
  subscribe(from_the_end, "a", 3);
  BOOST_TEST(from_the_beginning.news() == "[1 2] closed");
  BOOST_TEST(from_the_middle.news() == "[2] closed");
  BOOST_TEST(from_the_end.news() == "closed");
  settle();
  for (auto* subscriber : {&from_the_beginning, &from_the_middle, &from_the_end})
    BOOST_TEST(subscriber->news() == "");
}

BOOST_AUTO_TEST_CASE(of_several_topics_the_last_one_counts) {
  RecordingSubscriber subscriber;
  RecordingSubscriber pattern;
  subscribe(subscriber, "a b");
  subscribe(pattern, "a b/*");
  close("a");
  settle();
  BOOST_TEST(subscriber.news() == "[1]");
  publish("b");
  settle();
  close("b");
  settle();
  BOOST_TEST(subscriber.news() == "[2] [3] closed");
  BOOST_TEST(pattern.news() == "[1]");
}

BOOST_AUTO_TEST_CASE(one_event_may_close_them_all) {
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a b");
  close("b a");
  settle();
  BOOST_TEST(subscriber.news() == "[1] closed");
}

BOOST_AUTO_TEST_CASE(patterns_never_end) {
  RecordingSubscriber all;
  RecordingSubscriber below;
  subscribe(all, "*");
  subscribe(below, "a/*");
  close("a/1");
  settle();
  publish("a/2");
  settle();
  BOOST_TEST(all.news() == "[1] [2]");
  BOOST_TEST(below.news() == "[1] [2]");
}

BOOST_AUTO_TEST_CASE(a_slow_subscriber_gets_it_all_before_its_end) {
  RecordingSubscriber slow(1);
  subscribe(slow, "a");
  publish("a");
  settle();
  publish("a");
  close("a");
  settle();
  BOOST_TEST(slow.news() == "[1]");
  drain(slow);
  BOOST_TEST(slow.news() == "[2 3] closed");
}

BOOST_AUTO_TEST_CASE(full_with_the_last_event) {
  RecordingSubscriber slow(1);
  subscribe(slow, "a");
  close("a");
  settle();
  BOOST_TEST(slow.news() == "[1]");
  drain(slow);
  BOOST_TEST(slow.news() == "closed");
}

BOOST_AUTO_TEST_CASE(a_long_history_comes_first) {
  publish_times(12, "a", half_slice);
  close("a");
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 0);
  settle();
  BOOST_TEST(subscriber.news() == "[1 2] [3 4] [5 6] [7 8] [9 10] [11 12] [13] closed");
}

BOOST_AUTO_TEST_CASE(closed_while_a_flush_waits) {
  settings.flush_cost_per_stream = 10ms;
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a");
  publish("a");
  turn();
  publish("a");
  close("a");
  turn();
  RecordingSubscriber late;
  subscribe(late, "a", 0);
  BOOST_TEST(subscriber.news() == "[1]");
  BOOST_TEST(late.news() == "[1]");
  settle();
  BOOST_TEST(subscriber.news() == "[2 3] closed");
  BOOST_TEST(late.news() == "[2 3] closed");
}

BOOST_AUTO_TEST_CASE(closed_while_it_waits_for_its_turn) {
  publish_times(9, "a", half_slice);
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 0);
  subscriber.news();
  close("a");
  clock.advance(100ms);
  RecordingSubscriber newcomer;  // takes the news in before the waiting ones have their turn
  subscribe(newcomer, "other");
  settle();
  BOOST_TEST(subscriber.news() == "[3 4] [5 6] [7 8] [9 10] closed");
}

// What was closed and all evicted still ends who asks for it.
BOOST_AUTO_TEST_CASE(nothing_held_but_the_end) {
  publish("a");
  close("a");
  advance(2h);
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 2);
  BOOST_TEST(subscriber.news() == "closed");
}

BOOST_AUTO_TEST_SUITE_END()

// The log is shared: another loop may close a topic at any moment, also between two reads by this
// one.
