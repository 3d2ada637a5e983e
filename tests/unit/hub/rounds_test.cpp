// What takes longer than a turn of the loop continues in the next one: nobody waits long for others, and
// nobody notices in what it gets.
#include <boost/test/unit_test.hpp>
#include <deque>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubFixture {
  void close(const std::string& topics) { append(closing(topics, "bye")); }
  Fixture() {
    loop.on_turn([this](auto taken) { longest = std::max(longest, taken); });
  }
  /// Each takes a millisecond for whatever it is given, which is half a turn.
  RecordingSubscriber& slow(const std::string& selectors, RecordingSubscriber::HeartbeatMode heartbeats =
                                                              RecordingSubscriber::HeartbeatMode::comments) {
    auto& subscriber = subscribers.emplace_back(RecordingSubscriber::endless, heartbeats);
    subscriber.when_given = [this] {
      clock.advance(1ms);
      if (meanwhile) loop.post(std::exchange(meanwhile, nullptr));
    };
    subscribe(subscriber, selectors);
    return subscriber;
  }
  void everybody_has(const std::string& news) {
    for (auto& subscriber : subscribers) BOOST_TEST(subscriber.news() == news);
  }

  std::deque<RecordingSubscriber> subscribers;
  /// Done once, in the first turn after the one in which the first of them is served.
  std::function<void()> meanwhile;
  worker::base::Instant::duration longest{};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rounds_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_flush_to_many_subscribers) {
  for (int i = 0; i < 21; ++i) slow("a");
  publish("a");
  settle();
  everybody_has("[1]");
  BOOST_TEST((longest == 2ms));
  BOOST_TEST(metrics.flushes.value() == 1U);
  BOOST_TEST(metrics.delivered_events.value() == 21U);
  BOOST_TEST(framed.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_flush_to_many_cohorts) {
  for (int i = 0; i < 21; ++i) slow(fmt::format("a own{}", i));
  publish("a");
  publish("a");
  settle();
  everybody_has("[1 2]");
  BOOST_TEST((longest == 2ms));
  BOOST_TEST(metrics.flushes.value() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_published_meanwhile_comes_behind_it) {
  for (int i = 0; i < 9; ++i) slow("a");
  meanwhile = [this] { publish("a"); };
  publish("a");
  settle();
  everybody_has("[1] [2]");
  BOOST_TEST(metrics.flushes.value() == 2U);
}

BOOST_AUTO_TEST_CASE(who_subscribes_meanwhile_gets_everything_once) {
  publish("a");
  for (int i = 0; i < 9; ++i) slow("a");
  RecordingSubscriber newcomer;
  RecordingSubscriber resuming;
  meanwhile = [&] {
    subscribe(newcomer, "a");
    subscribe(resuming, "a", 0);
  };
  publish("a");
  settle();
  everybody_has("[2]");
  publish("a");
  settle();
  everybody_has("[3]");
  BOOST_TEST(newcomer.news() == "[3]");
  BOOST_TEST(resuming.received.find("id: e-1\n") != std::string::npos);
  for (const int place : {1, 2, 3}) {
    const auto id = fmt::format("id: e-{}\n", place);
    BOOST_TEST(resuming.received.find(id) == resuming.received.rfind(id));
    BOOST_TEST(resuming.received.find(id) != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(who_leaves_meanwhile_is_forgotten) {
  for (int i = 0; i < 9; ++i) slow(i < 5 ? "a" : "a b");
  meanwhile = [this] { subscribers.clear(); };
  publish("a");
  settle();
  BOOST_TEST(metrics.delivered_events.value() == 2U);
  BOOST_TEST(metrics.subscribers.value() == 0);
  BOOST_TEST(metrics.cohorts.value() == 0);
  auto& other = slow("a");
  publish("a");
  settle();
  BOOST_TEST(other.news() == "[2]");
}

BOOST_AUTO_TEST_CASE(many_batches_for_many_subscribers) {
  settings.outbox_bytes_max = 4'096;
  for (int i = 0; i < 5; ++i) slow("a");
  publish_times(6, "a", std::string(3'000, 'x'));
  settle();
  everybody_has("[1] [2] [3] [4] [5] [6]");
  BOOST_TEST((longest == 2ms));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_topic_of_many) {
  for (int i = 0; i < 9; ++i) slow("a");
  close("a");
  settle();
  everybody_has("[1] closed");
  BOOST_TEST((longest <= 3ms));
}

BOOST_AUTO_TEST_CASE(heartbeats_of_many) {
  for (int i = 0; i < 9; ++i)
    slow("a",
         i % 2 ? RecordingSubscriber::HeartbeatMode::events : RecordingSubscriber::HeartbeatMode::comments);
  publish("b");
  for (int i = 0; i < 15; ++i) advance(1s);
  for (auto& subscriber : subscribers) BOOST_TEST(subscriber.news().starts_with("beat "));
  BOOST_TEST((longest <= 3ms));
}

// A heartbeat has the cursor of what its subscriber has by then, and not of what is to come.
BOOST_AUTO_TEST_CASE(heartbeats_while_events_come) {
  for (int i = 0; i < 9; ++i) slow("a");
  publish("b");
  meanwhile = [this] { publish("a"); };
  for (int i = 0; i < 16; ++i) advance(1s);
  everybody_has("beat id: e-1\n\n [2]");
}

// Those who resume at the end begin there, however much the shard has still to take in.
BOOST_AUTO_TEST_CASE(news_that_take_longer_than_a_turn) {
  RecordingSubscriber live;
  subscribe(live, "a");
  publish_times(40, "a");
  clock.advance(1h);  // the turn that takes them in is over before it has begun
  RecordingSubscriber late;
  shard().subscribe(late, select("a"), event_log().last(), 0);
  BOOST_TEST(late.news() == "");
  publish("a");
  settle();
  BOOST_TEST(late.news() == "[41]");
  BOOST_TEST(live.received.find("id: e-41\n") != std::string::npos);
  int events = 0;
  for (std::size_t at = 0; (at = live.received.find("data: x\n", at)) != std::string::npos; ++at) ++events;
  BOOST_TEST(events == 41);
}

BOOST_AUTO_TEST_SUITE_END()
