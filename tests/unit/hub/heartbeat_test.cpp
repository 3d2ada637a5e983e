// What quiet streams get, and when.
#include <boost/test/unit_test.hpp>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubFixture {
  /// Second by second, as a loop would.
  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) advance(1s);
  }
};

RecordingSubscriber by_event(int takes = RecordingSubscriber::endless) {
  return RecordingSubscriber(takes, RecordingSubscriber::HeartbeatMode::events);
}

std::string event(int place, const std::string& seconds = "15") {
  return fmt::format("beat event: heartbeat\ndata: {{\"intervalSeconds\":{}}}\nid: e-{}\n\n", seconds, place);
}

const std::string comment = "beat : \n\n";

std::string cursor(int place) { return fmt::format("beat id: e-{}\n\n", place); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(heartbeat_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_comment_when_nothing_happens) {
  RecordingSubscriber first;
  RecordingSubscriber second;
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
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a");
  publish("b");
  publish("b");
  pass(15);
  BOOST_TEST(subscriber.news() == cursor(2));
  pass(15);
  BOOST_TEST(subscriber.news() == comment);
  publish("b");
  pass(15);
  BOOST_TEST(subscriber.news() == cursor(3));
}

BOOST_AUTO_TEST_CASE(an_event_is_a_sign_of_life) {
  RecordingSubscriber subscriber;
  RecordingSubscriber other;
  subscribe(subscriber, "a");
  subscribe(other, "b");
  pass(10);
  publish("a");
  pass(14);
  BOOST_TEST(subscriber.news() == "[1]");
  BOOST_TEST(other.news() == cursor(1));
  pass(2);
  BOOST_TEST(subscriber.news() == comment);  // it has the latest cursor by the event itself
}

BOOST_AUTO_TEST_CASE(a_cursor_from_before_the_event_is_not_sent_again) {
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a");
  publish("b");
  publish("a");
  pass(30);
  BOOST_TEST(subscriber.news() == "[2] " + comment);
}

BOOST_AUTO_TEST_CASE(who_is_behind_gets_none) {
  RecordingSubscriber slow(1);
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
  RecordingSubscriber slow(1);
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
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a");
  pass(2);
  settings.heartbeat = 3s;
  shard().update(settings);
  pass(1);
  BOOST_TEST(subscriber.news() == comment);
  pass(3);
  BOOST_TEST(subscriber.news() == comment);
}

BOOST_AUTO_TEST_CASE(shorter_than_a_second) {
  settings.heartbeat = 200ms;
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a");
  for (int i = 0; i < 10; ++i) advance(100ms);
  BOOST_TEST(subscriber.news() == comment + " " + comment + " " + comment + " " + comment + " " + comment);
}

BOOST_AUTO_TEST_CASE(without_subscribers_nothing_is_framed) {
  {
    RecordingSubscriber subscriber;
    subscribe(subscriber, "a");
  }
  pass(60);
  BOOST_TEST(framed.empty());
}

BOOST_AUTO_TEST_CASE(what_is_pending_is_no_silence) {
  settings.flush_cost_per_stream = 20s;
  settings.flush_interval_max = 20s;
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a");
  publish("a");
  pass(1);
  publish("a");
  pass(19);
  BOOST_TEST(subscriber.news() == "[1]");
  pass(1);
  BOOST_TEST(subscriber.news() == "[2]");
}

// --- as events ---

BOOST_AUTO_TEST_CASE(an_event_with_the_cursor_at_even_distances) {
  RecordingSubscriber first = by_event();
  RecordingSubscriber second = by_event();
  RecordingSubscriber quiet;
  subscribe(first, "a");
  subscribe(second, "a");
  subscribe(quiet, "a");
  pass(14);
  BOOST_TEST(first.news() == "");
  publish("b");
  pass(1);
  BOOST_TEST(first.news() == event(1));
  BOOST_TEST(second.news() == event(1));
  BOOST_TEST(first.wires[0] == second.wires[0]);
  BOOST_TEST(quiet.news() == cursor(1));
  pass(15);
  BOOST_TEST(first.news() == event(1));
  BOOST_TEST(quiet.news() == comment);
  BOOST_TEST(framed.size() == 4U);
}

BOOST_AUTO_TEST_CASE(also_while_events_flow) {
  RecordingSubscriber watched = by_event();
  RecordingSubscriber quiet;
  subscribe(watched, "a");
  subscribe(quiet, "a");
  for (int i = 0; i < 30; ++i) {
    publish("a");
    pass(1);
  }
  BOOST_TEST(quiet.news().find("beat") == std::string::npos);
  const auto news = watched.news();
  BOOST_TEST(news.find("[15] " + event(15) + " [16]") != std::string::npos);
  BOOST_TEST(news.ends_with("[30] " + event(30)));
}

// What waits for the next flush has not been sent: the cursor must not pass it.
BOOST_AUTO_TEST_CASE(the_cursor_of_what_was_sent) {
  settings.heartbeat = 1s;
  settings.flush_cost_per_stream = 20s;
  settings.flush_interval_max = 20s;
  RecordingSubscriber subscriber = by_event();
  subscribe(subscriber, "a");
  publish("a");
  turn();
  BOOST_TEST(subscriber.news() == "[1]");
  publish("b");
  publish("a");
  publish("a");
  pass(1);
  BOOST_TEST(subscriber.news() == event(2, "1"));
}

BOOST_AUTO_TEST_CASE(never_further_apart_than_said) {
  RecordingSubscriber subscriber = by_event();
  subscribe(subscriber, "a");
  int since = 0;
  for (int i = 0; i < 600; ++i) {  // the loop is late now and then
    const int late = i % 7 == 0 ? 130 : 0;
    advance(std::chrono::milliseconds(1'000 + late));
    since += 1'000 + late;
    if (subscriber.news().empty()) continue;
    BOOST_TEST(since <= 15'000 + 130);
    BOOST_TEST(since >= 13'000);
    since = 0;
  }
}

BOOST_AUTO_TEST_CASE(who_comes_later_waits_no_longer_than_the_others) {
  RecordingSubscriber first = by_event();
  subscribe(first, "a");
  pass(10);
  RecordingSubscriber second = by_event();
  subscribe(second, "a");
  pass(5);
  BOOST_TEST(second.news() == event(0));
}

BOOST_AUTO_TEST_CASE(the_first_of_a_cohort_has_had_one_with_its_opening) {
  RecordingSubscriber quiet;
  subscribe(quiet, "a");
  pass(40);
  RecordingSubscriber subscriber = by_event();
  subscribe(subscriber, "a");
  pass(14);
  BOOST_TEST(subscriber.news() == "");
  pass(1);
  BOOST_TEST(subscriber.news() == event(0));
}

BOOST_AUTO_TEST_CASE(who_is_behind_gets_no_events_either) {
  RecordingSubscriber slow = by_event(1);
  subscribe(slow, "a");
  publish("a");
  settle();
  publish("a");
  pass(60);
  BOOST_TEST(slow.news() == "[1]");
  drain(slow, 1);
  BOOST_TEST(slow.news() == "[2]");
  drain(slow, 1);
  pass(15);
  publish("a");
  settle();
  BOOST_TEST(slow.news() == event(2));  // it fills the socket
  drain(slow);
  BOOST_TEST(slow.news() == "[3]");
}

BOOST_AUTO_TEST_CASE(a_new_distance_of_events) {
  RecordingSubscriber subscriber = by_event();
  subscribe(subscriber, "a");
  pass(2);
  settings.heartbeat = 500ms;
  shard().update(settings);
  advance(500ms);
  BOOST_TEST(subscriber.news() == event(0, "0.5"));
  advance(500ms);
  BOOST_TEST(subscriber.news() == event(0, "0.5"));
}

BOOST_AUTO_TEST_SUITE_END()
