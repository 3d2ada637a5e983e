// The time from the append of an event to the sockets: for each write of a flush, and for nothing else.
#include <boost/test/unit_test.hpp>
#include <deque>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubFixture {
  /// Writes, and the sum of their times.
  std::pair<std::uint64_t, std::chrono::microseconds> observed() const {
    const auto snapshot = metrics.delivery_time.snapshot();
    return {snapshot.count(), std::chrono::microseconds(snapshot.sum)};
  }
  bool told(std::uint64_t writes, std::chrono::microseconds sum) const {
    return observed() == std::pair(writes, sum);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(delivery_time_suite, Fixture)

BOOST_AUTO_TEST_CASE(one_for_each_subscriber_by_the_oldest_event) {
  RecordingSubscriber one;
  RecordingSubscriber two;
  subscribe(one, "a");
  subscribe(two, "a");
  publish("a");
  advance(3ms);
  BOOST_TEST(told(2, 6ms));
  publish("a");
  clock.advance(4ms);
  publish("a");
  clock.advance(200ms);
  settle();
  BOOST_TEST(one.news() == "[1] [2 3]");
  BOOST_TEST(observed().first == 4U);
  BOOST_TEST((observed().second >= 6ms + 2 * 204ms));
}

// A turn is two milliseconds: those that are served in the next one have waited for longer.
BOOST_AUTO_TEST_CASE(a_round_of_several_turns) {
  std::deque<RecordingSubscriber> subscribers(6);
  for (auto& subscriber : subscribers) {
    subscriber.when_given = [this] { clock.advance(1ms); };
    subscribe(subscriber, "a");
  }
  publish("a");
  settle();
  const auto before = 50ms;  // the first turn of settle()
  BOOST_TEST(told(6, 6 * before + 2 * (2ms + 4ms + 6ms)));
}

BOOST_AUTO_TEST_CASE(nothing_is_written_for_nobody) {
  RecordingSubscriber other;
  subscribe(other, "b");
  publish("a");
  settle();
  BOOST_TEST(told(0, 0ms));
  RecordingSubscriber full(0);
  subscribe(full, "a");
  publish("a");
  settle();
  BOOST_TEST(full.news() == "");
  BOOST_TEST(told(0, 0ms));
}

BOOST_AUTO_TEST_CASE(what_comes_from_the_history_does_not_count) {
  publish_times(3, "a");
  advance(1h);
  RecordingSubscriber late;
  subscribe(late, "a", 0);
  settle();
  BOOST_TEST(late.news() == "[1 2 3]");
  RecordingSubscriber slow(1);
  subscribe(slow, "a");
  publish("a");
  advance(2ms);
  BOOST_TEST(told(2, 4ms));
  publish("a");
  settle();
  const auto live = observed();
  BOOST_TEST(live.first == 3U);
  clock.advance(1min);
  drain(slow);
  BOOST_TEST(slow.news() == "[4] [5]");
  BOOST_TEST((observed() == live));
}

// A store has read it, so nobody knows how long ago it was published.
BOOST_AUTO_TEST_CASE(an_event_from_before_the_start_does_not_count) {
  RecordingSubscriber reader;
  subscribe(reader, "a");
  {
    auto& log = event_log().log();
    const std::lock_guard lock(log.mutex());
    log.history().add(worker::log::Entry::make(
        {.sequence = 1, .topics = {"a"}, .at = clock.now(), .dated_ms = 5, .frame = "data: x\n\n"}));
  }
  event_log().log().notify_followers();
  settle();
  BOOST_TEST(reader.news() == "[1]");
  BOOST_TEST(told(0, 0ms));
}

BOOST_AUTO_TEST_SUITE_END()
