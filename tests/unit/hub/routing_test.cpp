// Which events reach which subscribers.
#include <boost/test/unit_test.hpp>
#include <random>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using worker::log::Sequence;

namespace {

struct Fixture : HubFixture {
  /// Which of these events, each published under the topics of one word (parted by +), a subscriber of
  /// `selectors` gets.
  std::string routed(const std::string& selectors, const std::string& published) {
    RecordingSubscriber subscriber;
    subscribe(subscriber, selectors);
    const auto before = event_log().last();
    std::string all;
    for (auto topics : words(published)) {
      std::ranges::replace(topics, '+', ' ');
      publish(topics);
      settle();
      const auto news = subscriber.news();
      if (!news.empty()) all += fmt::format("{}{}", all.empty() ? "" : " ", event_log().last() - before);
      if (!news.empty()) BOOST_TEST(news == fmt::format("[{}]", event_log().last()));
    }
    return all;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(routing_suite, Fixture)

BOOST_AUTO_TEST_CASE(by_name) {
  BOOST_TEST(routed("a", "a b a aa A a/ a/b") == "1 3");
  BOOST_TEST(routed("a b", "a b a aa A a/ a/b") == "1 2 3");
  BOOST_TEST(routed("a/", "a b a aa A a/ a/b") == "6");
}

BOOST_AUTO_TEST_CASE(by_prefix) {
  BOOST_TEST(routed("a/*", "a a/ a/b a/b/c ab/c b/a/c /a/b") == "2 3 4");
  BOOST_TEST(routed("a/b/*", "a a/ a/b a/b/c a/b/ a/bc/d") == "4 5");
  BOOST_TEST(routed("/*", "a a/ /a / /a/b") == "3 4 5");
  BOOST_TEST(routed("a//*", "a/ a// a//b a/b/c") == "2 3");
}

BOOST_AUTO_TEST_CASE(by_the_star) { BOOST_TEST(routed("*", "a a/ a/b/c / **") == "1 2 3 4 5"); }

BOOST_AUTO_TEST_CASE(an_event_that_matches_in_several_ways_comes_once) {
  BOOST_TEST(routed("a b", "a+b b+a a+c") == "1 2 3");
  BOOST_TEST(routed("a a/* *", "a a/b a+a/b") == "1 2 3");
  BOOST_TEST(routed("a/* a/b/*", "a/b/c a/b/c+a/d a/b/c/d/e") == "1 2 3");
}

BOOST_AUTO_TEST_CASE(a_batch_arrives_as_one_delivery) {
  RecordingSubscriber a;
  RecordingSubscriber all;
  subscribe(a, "a");
  subscribe(all, "*");
  for (const auto* topic : {"a", "b", "a", "c", "a b"}) publish(topic);
  turn();
  BOOST_TEST(a.news() == "[1 3 5]");
  BOOST_TEST(all.news() == "[1 2 3 4 5]");
  BOOST_TEST(a.received == "data: x\nid: e-1\n\ndata: x\nid: e-3\n\ndata: x\nid: e-5\n\n");
}

BOOST_AUTO_TEST_CASE(nothing_comes_from_before) {
  publish_times(3, "a");
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a");
  settle();
  BOOST_TEST(subscriber.news() == "");
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[4]");
}

// The routes against the subscription's own word, for whatever topics and selectors.
BOOST_AUTO_TEST_CASE(routes_agree_with_matches) {
  std::mt19937 random(7);
  const auto pick = [&](const std::vector<std::string>& from) { return from[random() % from.size()]; };
  const std::vector<std::string> topics = {"a", "b",  "a/",  "a/b",  "a/b/c", "a//c",
                                           "/", "/a", "b/a", "ab/c", "a/b/"};
  const std::vector<std::string> selectors = {"a",  "b", "a/",  "a/*", "a/b/*", "a//*",
                                              "/*", "*", "b/a", "a/b", "ab/*"};
  for (int round = 0; round < 300; ++round) {
    RecordingSubscriber subscriber;
    std::string asked = pick(selectors);
    for (auto i = random() % 4; i > 0; --i) asked += " " + pick(selectors);
    subscribe(subscriber, asked);
    std::string expected;
    for (int i = 0; i < 5; ++i) {
      std::vector<std::string> names;
      for (auto n = 1 + random() % 3; n > 0; --n) {
        const auto name = pick(topics);
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
      }
      bool matches = false;
      for (const auto& name : names) matches |= select(asked).matches(name);
      append({.topics = names, .event = {.data = "x"}});
      if (matches) expected += fmt::format("{}{}", expected.empty() ? "" : " ", event_log().last());
    }
    settle();
    BOOST_TEST_CONTEXT(asked) {
      BOOST_TEST(subscriber.news() == (expected.empty() ? "" : "[" + expected + "]"));
    }
  }
}

// --- cohorts ---

BOOST_AUTO_TEST_CASE(subscribers_with_one_subscription_share_everything) {
  RecordingSubscriber first;
  RecordingSubscriber second;
  RecordingSubscriber other;
  subscribe(first, "a b");
  subscribe(second, "b a b");
  subscribe(other, "a");
  BOOST_TEST(metrics.subscribers.value() == 3);
  BOOST_TEST(metrics.cohorts.value() == 2);
  publish("a");
  publish("b");
  turn();
  BOOST_TEST(first.news() == "[1 2]");
  BOOST_TEST(second.news() == "[1 2]");
  BOOST_TEST(other.news() == "[1]");
  BOOST_REQUIRE_EQUAL(first.wires.size(), 1U);
  BOOST_TEST(first.wires[0] == second.wires[0]);
  BOOST_TEST(first.wires[0] != other.wires[0]);
  BOOST_TEST(first.asked().names().size() == 2U);
}

BOOST_AUTO_TEST_CASE(one_framing_per_cohort_and_flush) {
  std::vector<std::unique_ptr<RecordingSubscriber>> subscribers;
  for (int i = 0; i < 50; ++i) {
    subscribers.push_back(std::make_unique<RecordingSubscriber>());
    subscribe(*subscribers.back(), i % 2 == 0 ? "a" : "a b");
  }
  publish_times(10, "a");
  turn();
  BOOST_TEST(framed.size() == 2U);
  settle();
  publish("b");
  turn();
  BOOST_TEST(framed.size() == 3U);
  publish("c");
  settle();
  BOOST_TEST(framed.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_cohort_is_removed_with_its_last_subscriber) {
  auto first = std::make_unique<RecordingSubscriber>();
  auto second = std::make_unique<RecordingSubscriber>();
  subscribe(*first, "a b/*");
  subscribe(*second, "a b/*");
  first.reset();
  BOOST_TEST(metrics.subscribers.value() == 1);
  BOOST_TEST(metrics.cohorts.value() == 1);
  publish("b/1");
  turn();
  BOOST_TEST(second->news() == "[1]");
  second.reset();
  BOOST_TEST(metrics.subscribers.value() == 0);
  BOOST_TEST(metrics.cohorts.value() == 0);
  framed.clear();
  publish("a b/1");
  settle();
  BOOST_TEST(framed.empty());
}

BOOST_AUTO_TEST_CASE(deliveries_are_counted_for_each_subscriber) {
  RecordingSubscriber first;
  RecordingSubscriber second;
  subscribe(first, "a");
  subscribe(second, "a");
  publish("a", "xy");
  publish("a", "z");
  turn();
  BOOST_TEST(metrics.delivered_events.value() == 4U);
  BOOST_TEST(metrics.delivered_bytes.value() == first.received.size() + second.received.size());
  BOOST_TEST(metrics.replayed_events.value() == 0U);
  BOOST_TEST(metrics.flushes.value() == 1U);
  BOOST_TEST(
      registry.text().find("sse_worker_events_per_flush_sum 2\nsse_worker_events_per_flush_count 1\n") !=
      std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
