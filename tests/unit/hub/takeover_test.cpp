// A takeover: before it, all that was read from the log is sent, so that the position of each subscriber is
// known; after it, subscribers continue from there.
#include <boost/test/unit_test.hpp>
#include <deque>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using namespace worker;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubFixture {
  // Each takes a millisecond for whatever it is given, so that a flush to many takes several turns.
  RecordingSubscriber& slow(const std::string& selectors) {
    auto& subscriber = subscribers.emplace_back();
    subscriber.when_given = [this] { clock.advance(1ms); };
    subscribe(subscriber, selectors);
    return subscriber;
  }
  log::ResumePoint point(log::Sequence after) { return {.after = after}; }

  std::deque<RecordingSubscriber> subscribers;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hub_takeover_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_flush_under_way_reaches_everybody_and_what_is_behind_it_too) {
  for (int i = 0; i < 21; ++i) slow("a");
  publish("a");
  loop.run_ready();
  clock.advance(1s);
  publish("a");
  publish("a");
  shard().settle();
  for (auto& subscriber : subscribers) {
    std::string all;
    for (const char c : subscriber.news()) {
      if (c >= '0' && c <= '9') all += c;
    }
    BOOST_TEST(all == "123");
    BOOST_TEST(shard().position_of(subscriber).value_or(0) == 3U);
  }
}

BOOST_AUTO_TEST_CASE(one_whose_socket_is_full_keeps_its_own_position) {
  RecordingSubscriber full(1), other;
  subscribe(full, "a");
  subscribe(other, "a");
  publish("a");
  settle();
  publish("a");
  shard().settle();
  BOOST_TEST(full.news() == "[1]");
  BOOST_TEST(shard().position_of(full).value_or(0) == 1U);
  BOOST_TEST(shard().position_of(other).value_or(0) == 2U);
}

BOOST_AUTO_TEST_CASE(a_subscriber_continues_after_its_position) {
  publish_times(3, "a");
  RecordingSubscriber subscriber;
  shard().subscribe_again(subscriber, select("a"), point(2), {});
  settle();
  BOOST_TEST(subscriber.news() == "[3]");
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[4]");
}

BOOST_AUTO_TEST_CASE(it_gets_a_heartbeat_soon) {
  using Mode = RecordingSubscriber::HeartbeatMode;
  RecordingSubscriber comments, events(RecordingSubscriber::endless, Mode::events), fresh;
  shard().subscribe_again(comments, select("a"), point(0), {});
  shard().subscribe_again(events, select("b"), point(0), {});
  subscribe(fresh, "c");
  advance(1s);
  BOOST_TEST(comments.news().starts_with("beat"));
  BOOST_TEST(events.news().starts_with("beat"));
  BOOST_TEST(fresh.news() == "");
}

BOOST_AUTO_TEST_SUITE_END()
