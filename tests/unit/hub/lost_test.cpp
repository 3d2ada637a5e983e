// What connected subscribers get when the log's events are lost, or when it begins a new epoch.
#include <boost/test/unit_test.hpp>

#include "support/hub_fixture.hpp"

using namespace worker::support;

namespace {

struct Bench : HubFixture {
  Bench() { use(std::make_unique<MemoryLog>(history, "e1", clock)); }
  /// What a store does that has lost events, or its epoch.
  void lose(worker::log::Sequence through) {
    change([&](auto& kept) { kept.lose(through); });
  }
  void restart(const std::string& epoch) {
    change([&](auto& kept) { kept.restart(epoch); });
  }

 private:
  template <class Change>
  void change(const Change& change) {
    auto& log = event_log().log();
    {
      const std::lock_guard lock(log.mutex());
      change(log.history());
    }
    log.notify_followers();
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(lost)

BOOST_FIXTURE_TEST_CASE(whoever_is_live_is_told_at_once_and_goes_on, Bench) {
  RecordingSubscriber one;
  RecordingSubscriber pattern;
  RecordingSubscriber other;
  subscribe(one, "a");
  subscribe(pattern, "a/*");
  subscribe(other, "b c");
  publish("a");
  settle();
  BOOST_TEST(one.news() == "[1]");
  restart("e2");
  turn();
  BOOST_TEST(one.news() == "gap restarted 1>2");
  BOOST_TEST(pattern.news() == "gap restarted 1>2");
  BOOST_TEST(other.news() == "gap restarted 1>2");
  publish("a");
  publish("c");
  settle();
  BOOST_TEST(one.news() == "[3]");
  BOOST_TEST(pattern.news() == "");
  BOOST_TEST(other.news() == "[4]");
  BOOST_TEST(event_log().id_of(3) == "e2-1");
}

BOOST_FIXTURE_TEST_CASE(what_was_taken_in_before_still_goes_out_first, Bench) {
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a");
  publish("a");
  settle();
  publish("a");
  publish("a");
  turn();  // taken in; the flush is not due yet, or went out
  restart("e2");
  settle();
  const auto news = subscriber.news();
  BOOST_TEST(news.starts_with("[1] "));
  BOOST_TEST(news.find('2') < news.find("gap restarted 3>4"));
  BOOST_TEST(news.ends_with("gap restarted 3>4"));
}

BOOST_FIXTURE_TEST_CASE(what_was_lost_unseen_is_a_gap, Bench) {
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a");
  publish("a");
  settle();
  lose(9);
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[1] gap evicted 1>9 [10]");
}

BOOST_FIXTURE_TEST_CASE(who_is_behind_is_told_when_it_takes_more, Bench) {
  RecordingSubscriber subscriber(1);
  subscribe(subscriber, "a");
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[1]");
  publish("a");
  settle();
  restart("e2");
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "");
  drain(subscriber);
  settle();
  BOOST_TEST(subscriber.news() == "gap restarted 1>3 [4]");
}

BOOST_FIXTURE_TEST_CASE(who_comes_afterwards_is_told_nothing, Bench) {
  publish("a");
  restart("e2");
  RecordingSubscriber subscriber;
  const auto from = event_log().resume(select("a"), std::nullopt);
  shard().subscribe(subscriber, select("a"), from.after, from.evictions_seen);
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[3]");
}

BOOST_FIXTURE_TEST_CASE(a_heartbeat_carries_the_new_life, Bench) {
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a");
  restart("e2");
  turn();
  BOOST_TEST(subscriber.news() == "gap restarted 0>1");
  publish("b");
  advance(settings.heartbeat);
  advance(settings.heartbeat);
  BOOST_TEST(subscriber.received.find("id: e2-1\n\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
