// Events of one type that the shard is asked to watch for, whoever subscribes to them.
#include <boost/test/unit_test.hpp>

#include "support/hub_fixture.hpp"

using namespace worker::support;

namespace {

struct Fixture : HubFixture {
  void watch(const std::string& type = "stopped") {
    shard().watch_type(type, [this](const worker::log::Entry& entry) {
      seen += std::to_string(entry.sequence());
      for (const auto topic : entry.topics()) seen.append(" ").append(topic);
      seen += "|";
    });
  }
  void publish_type(const std::string& topics, const std::string& type, const std::string& data = "{}") {
    auto made = draft(topics, data);
    made.event.type = type;
    append(std::move(made));
  }
  std::string news() { return std::exchange(seen, {}); }
  std::string seen;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(watch_suite, Fixture)

BOOST_AUTO_TEST_CASE(without_a_subscriber_each_once) {
  watch();
  publish("a");
  publish_type("a b", "stopped");
  publish_type("c", "stopped");
  BOOST_TEST(news() == "");
  turn();
  BOOST_TEST(news() == "2 a b|3 c|");
  settle();
  BOOST_TEST(news() == "");
}

BOOST_AUTO_TEST_CASE(only_of_this_type) {
  watch();
  publish_type("a", "");
  publish_type("a", "stop");
  publish_type("a", "stopped2");
  publish_type("a", "Stopped");
  publish("a", "event: stopped");
  publish("a", "\nevent: stopped\n");
  publish_type("a", "stopped", "");
  auto late = draft("a", "x");
  late.event.type = "stopped";
  late.event.retry = std::chrono::milliseconds(5);
  append(std::move(late));
  settle();
  BOOST_TEST(news() == "7 a|8 a|");
}

BOOST_AUTO_TEST_CASE(private_and_closing_events_too) {
  watch();
  auto secret = privately(draft("a", "x"));
  secret.event.type = "stopped";
  append(std::move(secret));
  auto last = closing("b", "x");
  last.event.type = "stopped";
  append(std::move(last));
  settle();
  BOOST_TEST(news() == "1 a|2 b|");
}

// Those of before are over.
BOOST_AUTO_TEST_CASE(nothing_comes_from_before) {
  publish_type("a", "stopped");
  watch();
  settle();
  BOOST_TEST(news() == "");
  publish_type("a", "stopped");
  settle();
  BOOST_TEST(news() == "2 a|");
}

// A subscription reads the log, too.
BOOST_AUTO_TEST_CASE(each_once_whatever_subscribers_do) {
  watch();
  RecordingSubscriber subscriber;
  publish_type("a", "stopped");
  subscribe(subscriber, "a");
  BOOST_TEST(news() == "1 a|");
  publish_type("a", "stopped");
  RecordingSubscriber other;
  subscribe(other, "*", 0);
  settle();
  BOOST_TEST(news() == "2 a|");
  BOOST_TEST(subscriber.news() == "[2]");
}

BOOST_AUTO_TEST_CASE(more_events_than_one_turn_reads) {
  watch();
  for (int i = 0; i < 3'000; ++i) publish_type("a", i % 1'000 == 0 ? "stopped" : "x");
  for (int i = 0; i < 10; ++i) settle();
  BOOST_TEST(news() == "1 a|1001 a|2001 a|");
}

BOOST_AUTO_TEST_SUITE_END()
