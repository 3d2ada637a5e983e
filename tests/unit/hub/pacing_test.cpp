// When flushes go out, and in which pieces.
#include <boost/test/unit_test.hpp>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubFixture {
  Fixture() {
    settings.flush_cost_per_stream = 1ms;
    settings.flush_interval_max = 20ms;
  }
  void add_subscribers(int count, const std::string& selectors = "a") {
    for (int i = 0; i < count; ++i) {
      subscribers.push_back(std::make_unique<RecordingSubscriber>());
      subscribe(*subscribers.back(), selectors);
    }
  }
  /// How many milliseconds pass until the first subscriber gets something.
  int wait() {
    for (int i = 0; i < 1'000; ++i) {
      if (!subscribers[0]->wires.empty()) {
        subscribers[0]->wires.clear();
        return i;
      }
      advance(1ms);
    }
    return -1;
  }
  std::vector<std::unique_ptr<RecordingSubscriber>> subscribers;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(pacing_suite, Fixture)

BOOST_AUTO_TEST_CASE(when_idle_at_once) {
  add_subscribers(3);
  publish("a");
  BOOST_TEST(subscribers[0]->news() == "");
  turn();
  for (const auto& subscriber : subscribers) BOOST_TEST(subscriber->news() == "[1]");
}

BOOST_AUTO_TEST_CASE(then_as_far_apart_as_a_round_costs) {
  add_subscribers(6);
  publish("a");
  turn();
  BOOST_TEST(subscribers[0]->news() == "[1]");
  publish("a");
  turn();
  advance(5ms);
  publish("a");
  turn();
  BOOST_TEST(subscribers[0]->news() == "");
  advance(1ms);
  BOOST_TEST(subscribers[0]->news() == "[2 3]");
  BOOST_TEST(metrics.flushes.value() == 2U);
  BOOST_TEST(framed.size() == 2U);
}

BOOST_AUTO_TEST_CASE(at_once_again_when_that_time_has_passed_in_silence) {
  add_subscribers(6);
  publish("a");
  turn();
  advance(6ms);
  publish("a");
  turn();
  BOOST_TEST(subscribers[0]->news() == "[1] [2]");
}

BOOST_AUTO_TEST_CASE(never_further_apart_than_the_most) {
  add_subscribers(100);
  publish("a");
  turn();
  publish("a");
  turn();
  subscribers[0]->news();
  advance(19ms);
  BOOST_TEST(subscribers[0]->news() == "");
  advance(1ms);
  BOOST_TEST(subscribers[0]->news() == "[2]");
}

BOOST_AUTO_TEST_CASE(the_round_counts_the_sends_of_all_cohorts) {
  add_subscribers(2, "a");
  add_subscribers(3, "a b");
  add_subscribers(4, "c");
  publish("a");
  turn();
  subscribers[0]->wires.clear();
  publish("a");
  turn();
  BOOST_TEST(wait() == 5);
}

BOOST_AUTO_TEST_CASE(each_batch_is_a_send_of_its_own) {
  add_subscribers(3);
  publish_times(4, "a", std::string(16'000, 'x'));  // two batches
  turn();
  subscribers[0]->wires.clear();
  publish("a");
  turn();
  BOOST_TEST(wait() == 6 + 2);  // after a crowd
}

// --- where events come in crowds ---

BOOST_AUTO_TEST_CASE(after_a_crowd_what_is_due_waits_a_moment_for_more) {
  add_subscribers(6);
  publish_times(2, "a");
  turn();
  subscribers[0]->news();
  publish("a");
  turn();
  for (int i = 0; i < 7; ++i) advance(1ms);
  BOOST_TEST(subscribers[0]->news() == "");
  publish("a");
  turn();
  advance(1ms);
  BOOST_TEST(subscribers[0]->news() == "[3 4]");
}

BOOST_AUTO_TEST_CASE(events_that_come_one_by_one_wait_for_nobody) {
  add_subscribers(6, "a");
  add_subscribers(6, "b");
  publish("a");
  publish("b");
  turn();
  subscribers[0]->news();
  publish("a");
  turn();
  advance(12ms);
  BOOST_TEST(subscribers[0]->news() == "[3]");
}

BOOST_AUTO_TEST_CASE(after_a_crowd_and_a_silence_at_once) {
  add_subscribers(6);
  publish_times(2, "a");
  turn();
  subscribers[0]->news();
  advance(20ms);
  publish("a");
  turn();
  BOOST_TEST(subscribers[0]->news() == "[3]");
}

// --- as long as the web server needs ---

BOOST_AUTO_TEST_CASE(a_round_that_is_not_read_yet_holds_the_next) {
  add_subscribers(5);
  publish("a");
  turn();
  BOOST_TEST(subscribers[0]->news() == "[1]");
  for (const auto& subscriber : subscribers) subscriber->read_empty = false;
  publish("a");
  turn();
  advance(12ms);
  BOOST_TEST(subscribers[0]->news() == "");
  for (const auto& subscriber : subscribers) subscriber->read_empty = true;
  advance(1ms);
  BOOST_TEST(subscribers[0]->news() == "[2]");
}

BOOST_AUTO_TEST_CASE(only_the_last_ones_written_to_are_looked_at) {
  add_subscribers(6);
  publish("a");
  turn();
  for (int i = 0; i < 2; ++i) subscribers[static_cast<std::size_t>(i)]->read_empty = false;
  subscribers[0]->wires.clear();
  publish("a");
  turn();
  BOOST_TEST(wait() == 6);
}

BOOST_AUTO_TEST_CASE(one_stalled_subscriber_among_them_is_passed_over) {
  add_subscribers(6);
  publish("a");
  turn();
  subscribers[5]->read_empty = false;
  subscribers[0]->wires.clear();
  publish("a");
  turn();
  BOOST_TEST(wait() == 6);
}

// Their sockets are full: they catch up from the log once they have drained, however long that takes.
BOOST_AUTO_TEST_CASE(who_fell_back_in_this_round_is_not_waited_for) {
  add_subscribers(6);
  for (std::size_t i = 2; i < subscribers.size(); ++i) {
    subscribers[i]->room = 1;
    subscribers[i]->read_empty = false;
  }
  publish("a");
  turn();
  subscribers[0]->wires.clear();
  publish("a");
  turn();
  BOOST_TEST(wait() == 6);
}

BOOST_AUTO_TEST_CASE(several_stalled_ones_hold_it_no_longer_than_the_most) {
  add_subscribers(6);
  publish("a");
  turn();
  for (const auto& subscriber : subscribers) subscriber->read_empty = false;
  for (int round = 0; round < 3; ++round) {
    subscribers[0]->wires.clear();
    publish("a");
    turn();
    BOOST_TEST(wait() == 20);
  }
}

// Eight of two hundred who stop reading were the last ones written to.
BOOST_AUTO_TEST_CASE(stalled_ones_at_the_end_hold_it_half_as_long_again_as_the_others) {
  settings.flush_cost_per_stream = 10us;
  settings.flush_interval_max = 100ms;
  add_subscribers(200);
  for (std::size_t i = 192; i < subscribers.size(); ++i) subscribers[i]->read_empty = false;
  for (int round = 0; round < 5; ++round) {
    subscribers[0]->wires.clear();
    publish("a");
    turn();
    BOOST_TEST(wait() <= 4);
  }
}

// The sample alone would let a flush begin before the web server has come to the end of the last one.
BOOST_AUTO_TEST_CASE(who_is_read_last_is_waited_for_half_as_long_again) {
  settings.flush_cost_per_stream = 1us;
  settings.flush_interval_max = 100ms;
  add_subscribers(400);
  for (const auto& subscriber : subscribers) subscriber->read_empty = false;
  publish("a");
  turn();
  subscribers[0]->wires.clear();
  publish("a");
  turn();
  for (int i = 0; i < 20; ++i) advance(1ms);
  for (std::size_t i = 0; i < 390; ++i) subscribers[i]->read_empty = true;
  const auto waited = wait();
  BOOST_TEST(waited >= 9);
  BOOST_TEST(waited <= 12);
}

BOOST_AUTO_TEST_CASE(those_who_have_left_are_not_asked) {
  add_subscribers(6);
  publish("a");
  turn();
  for (const auto& subscriber : subscribers) subscriber->read_empty = false;
  subscribers.resize(1);
  subscribers[0]->wires.clear();
  publish("a");
  turn();
  BOOST_TEST(wait() == 6);
}

// It does not pay for subscribers that are not written to.
BOOST_AUTO_TEST_CASE(who_is_behind_costs_nothing) {
  add_subscribers(1);
  RecordingSubscriber stalled(1);
  subscribe(stalled, "a");
  publish("a");
  turn();
  advance(2ms);
  publish("a");
  turn();
  BOOST_TEST(subscribers[0]->news() == "[1] [2]");
  subscribers[0]->wires.clear();
  publish("a");
  turn();
  BOOST_TEST(wait() == 1);
}

BOOST_AUTO_TEST_CASE(a_round_without_subscribers_is_free) {
  RecordingSubscriber stalled(1);
  subscribe(stalled, "a");
  publish("a");
  turn();
  publish("a");
  advance(1ms);
  publish("a");
  turn();
  BOOST_TEST(metrics.flushes.value() == 3U);
}

// Steady publishing at any rate: never sooner than a round costs, and nothing waits longer than that and a
// moment for more.
BOOST_AUTO_TEST_CASE(a_steady_flow) {
  add_subscribers(7);
  for (int i = 0; i < 100; ++i) {
    publish("a");
    advance(1ms);
  }
  settle();
  BOOST_TEST(metrics.flushes.value() >= 11U);
  BOOST_TEST(metrics.flushes.value() <= 16U);
  BOOST_TEST(metrics.delivered_events.value() == 700U);
}

// Who comes while a flush waits does not bring it forward, and does not lose by it.
BOOST_AUTO_TEST_CASE(a_subscription_changes_no_pace) {
  add_subscribers(6);
  publish("a");
  turn();
  publish("a");
  turn();
  subscribers[0]->news();
  add_subscribers(1);
  BOOST_TEST(subscribers[0]->news() == "");
  advance(6ms);
  BOOST_TEST(subscribers[0]->news() == "[2]");
  BOOST_TEST(subscribers[6]->news() == "");
}

BOOST_AUTO_TEST_CASE(new_settings_apply_from_the_next_flush) {
  add_subscribers(10);
  publish("a");
  turn();
  settings.flush_interval_max = 3ms;
  shard().update(settings);
  subscribers[0]->wires.clear();
  publish("a");
  turn();
  BOOST_TEST(wait() == 10);
  publish("a");
  turn();
  BOOST_TEST(wait() == 3);
}

// --- batches ---

BOOST_AUTO_TEST_CASE(a_batch_is_full_at_32_kib) {
  add_subscribers(1);
  const auto overhead = std::string("data: \nid: e-1\n\n").size();
  publish("a", std::string(16'000, 'x'));
  publish("a", std::string(32'768 - 16'000 - 2 * overhead, 'x'));
  publish("a");
  publish_times(3, "a", std::string(10'000, 'x'));
  publish("a", std::string(200'000, 'x'));
  publish_times(2, "a");
  turn();
  BOOST_TEST(subscribers[0]->news() == "[1 2] [3 4 5 6] [7] [8 9]");
  BOOST_TEST(framed.size() == 4U);
  BOOST_TEST(framed[0] == 32'768U);
}

BOOST_AUTO_TEST_CASE(one_byte_more_begins_another_batch) {
  add_subscribers(1);
  const auto overhead = std::string("data: \nid: e-1\n\n").size();
  publish("a", std::string(16'000, 'x'));
  publish("a", std::string(32'769 - 16'000 - 2 * overhead, 'x'));
  publish("a");
  turn();
  BOOST_TEST(subscribers[0]->news() == "[1] [2 3]");
}

// The log is read in pages; a flush does not depend on them.
BOOST_AUTO_TEST_CASE(ten_thousand_events_at_once) {
  add_subscribers(1);
  RecordingSubscriber other;
  subscribe(other, "b");
  for (int i = 0; i < 10'000; ++i) publish(i % 100 == 99 ? "b" : "a");
  turn();
  BOOST_TEST(metrics.delivered_events.value() == 10'000U);
  BOOST_TEST(metrics.flushes.value() == 1U);
  BOOST_TEST(other.wires.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
