// Events that wait for many cohorts: how many of them, and what becomes of them when the subscribers leave.
#include <boost/test/unit_test.hpp>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubFixture {
  /// A thousand cohorts that all want `a`.
  Fixture() {
    settings.flush_interval_max = 100s;
    settings.flush_cost_per_stream = 100s;
    for (int i = 0; i < 1'000; ++i) {
      subscribers.push_back(std::make_unique<RecordingSubscriber>());
      subscribe(*subscribers.back(), "a x" + std::to_string(i));
    }
  }
  std::vector<std::unique_ptr<RecordingSubscriber>> subscribers;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(live_queue_suite, Fixture)

// A thousand subscriptions that all want the same topic: what waits for a flush would grow with both.
BOOST_AUTO_TEST_CASE(a_million_events_that_wait_for_cohorts_flush_at_once) {
  publish("a");
  turn();
  publish_times(999, "a");
  for (int i = 0; i < 100; ++i) turn();
  BOOST_TEST(metrics.flushes.value() == 1U);
  publish_times(1'501, "a");
  for (int i = 0; i < 1'000; ++i) turn();
  BOOST_TEST(metrics.flushes.value() == 3U);
  BOOST_TEST(metrics.delivered_events.value() == 2'001'000U);
  advance(100s);
  for (int i = 0; i < 1'000; ++i) turn();
  BOOST_TEST(metrics.flushes.value() == 4U);
  BOOST_TEST(metrics.delivered_events.value() == 2'501'000U);
}

// They leave while a flush is under way, and what waits for the next one leaves with them.
BOOST_AUTO_TEST_CASE(subscribers_that_leave_with_a_million_events_hold_up_nobody) {
  // Each delivery is a turn's work, so that there are turns while the flush is under way.
  int deliveries = 0;
  for (const auto& subscriber : subscribers) {
    subscriber->when_given = [&] {
      clock.advance(3ms);
      ++deliveries;
      if (deliveries == 1) loop.post([&] { publish_times(1'200, "a"); });
      if (deliveries == 500) loop.post([&] { subscribers.clear(); });
    };
  }
  publish("a");
  for (int i = 0; i < 10; ++i) turn();
  BOOST_TEST(subscribers.empty());
  BOOST_TEST(deliveries < 1'000);
  RecordingSubscriber other;
  subscribe(other, "b");
  for (int i = 0; i < 100; ++i) turn();
  publish("b");
  advance(100s);
  BOOST_TEST(other.received.find("id: e-1202") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
