// Subscribers that leave at any moment: nothing of them remains, and the others miss nothing.
#include <boost/test/unit_test.hpp>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

const std::string half_slice(16'360, 'x');

struct Fixture : HubFixture {
  ~Fixture() {
    shard();
    settle();
    advance(60s);
    BOOST_TEST(metrics.subscribers.value() == 0);
    BOOST_TEST(metrics.cohorts.value() == 0);
  }
  std::unique_ptr<RecordingSubscriber> reading(const std::string& selectors,
                                               std::optional<worker::log::Sequence> after = {},
                                               int takes = RecordingSubscriber::endless) {
    auto subscriber = std::make_unique<RecordingSubscriber>(takes);
    subscribe(*subscriber, selectors, after);
    return subscriber;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(leaving_suite, Fixture)

BOOST_AUTO_TEST_CASE(before_it_subscribed) { RecordingSubscriber subscriber; }

BOOST_AUTO_TEST_CASE(live) {
  auto first = reading("a");
  const auto second = reading("a");
  const auto third = reading("a");
  first.reset();
  publish("a");
  turn();
  BOOST_TEST(second->news() == "[1]");
  BOOST_TEST(third->news() == "[1]");
}

BOOST_AUTO_TEST_CASE(with_events_it_has_not_been_given) {
  auto subscriber = reading("a");
  publish("a");
  subscriber.reset();
  turn();
}

BOOST_AUTO_TEST_CASE(while_a_flush_waits_for_its_time) {
  settings.flush_cost_per_stream = 10ms;
  auto leaver = reading("a");
  const auto stayer = reading("b");
  publish("a b");
  turn();
  publish("a b");
  turn();
  leaver.reset();  // its cohort goes with it, out of the flush that waits
  settle();
  BOOST_TEST(stayer->news() == "[1] [2]");
  BOOST_TEST(metrics.delivered_events.value() == 3U);
}

BOOST_AUTO_TEST_CASE(and_another_comes_for_the_same_before_that_flush) {
  settings.flush_cost_per_stream = 10ms;
  auto leaver = reading("a");
  publish("a");
  turn();
  publish("a");
  turn();
  leaver.reset();
  const auto comer = reading("a", 1);
  publish("a");
  settle();
  BOOST_TEST(comer->news() == "[2] [3]");
}

BOOST_AUTO_TEST_CASE(behind) {
  auto slow = reading("a", {}, 1);
  const auto healthy = reading("a");
  publish("a");
  turn();
  publish("a");
  settle();
  slow.reset();
  publish("a");
  settle();
  BOOST_TEST(healthy->news() == "[1] [2] [3]");
}

BOOST_AUTO_TEST_CASE(waiting_for_its_turn_alone) {
  publish_times(20, "a", half_slice);
  auto subscriber = reading("a", 0);
  subscriber.reset();
  settle();
}

BOOST_AUTO_TEST_CASE(waiting_for_its_turn_among_others) {
  publish_times(12, "a", half_slice);
  auto first = reading("a", 0);
  const auto second = reading("a", 0);
  auto third = reading("a b", 0);
  const auto fourth = reading("a b", 0);
  auto fifth = reading("a c", 0);
  first.reset();
  third.reset();
  fifth.reset();
  settle();
  BOOST_TEST(second->news() == "[1 2] [3 4] [5 6] [7 8] [9 10] [11 12]");
  BOOST_TEST(fourth->news() == "[1 2] [3 4] [5 6] [7 8] [9 10] [11 12]");
}

// The turn that was asked for comes all the same; those who came later must not wait for ever.
BOOST_AUTO_TEST_CASE(waiting_for_its_turn_and_another_takes_its_place) {
  publish_times(12, "a", half_slice);
  reading("a", 0).reset();
  const auto subscriber = reading("a", 0);
  settle();
  BOOST_TEST(subscriber->news() == "[1 2] [3 4] [5 6] [7 8] [9 10] [11 12]");
}

BOOST_AUTO_TEST_CASE(in_the_middle_of_its_history) {
  publish_times(12, "a", half_slice);
  auto subscriber = reading("a", 0, 1);
  publish("a");
  settle();
  subscriber.reset();
  settle();
}

BOOST_AUTO_TEST_CASE(after_its_end) {
  auto first = reading("a");
  const auto second = reading("a");
  append(closing("a"));
  turn();
  first.reset();
  settle();
  BOOST_TEST(second->news() == "[1] closed");
}

BOOST_AUTO_TEST_CASE(while_it_fell_behind) {
  settings.conflate = {"a"};
  auto slow = reading("a", {}, 1);
  publish("a");
  turn();
  publish("a", half_slice);
  settle();
  BOOST_TEST(slow->news() == "[1]");
  slow.reset();
  settle();
  const auto next = reading("a");
  publish("a");
  settle();
  BOOST_TEST(next->news() == "[3]");
}

BOOST_AUTO_TEST_CASE(coming_and_going_thousands_of_times) {
  std::vector<std::unique_ptr<RecordingSubscriber>> subscribers;
  for (int i = 0; i < 3'000; ++i) {
    subscribers.push_back(
        reading(fmt::format("t{} u{}/*", i % 7, i % 5), i % 3 == 0 ? 0 : event_log().last()));
    publish(fmt::format("t{} u{}/x", i % 11, i % 3));
    if (i % 4 == 0) turn();
    if (i % 3 != 0) subscribers.erase(subscribers.begin() + i % static_cast<int>(subscribers.size()));
    clock.advance(1ms);
  }
  BOOST_TEST(metrics.subscribers.value() == static_cast<std::int64_t>(subscribers.size()));
  BOOST_TEST(metrics.cohorts.value() <= 35);
}

BOOST_AUTO_TEST_SUITE_END()
