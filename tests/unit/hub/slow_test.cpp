// Subscribers whose sockets are full: they delay nobody, catch up from the log, and are never closed by the
// hub.
#include <boost/test/unit_test.hpp>

#include <memory>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubFixture {
  /// One event whose frame has exactly `bytes`.
  void publish_bytes(std::size_t bytes, const std::string& topic = "a") {
    const auto overhead = fmt::format("data: \nid: e-{}\n\n", event_log().last() + 1).size();
    publish(topic, std::string(bytes - overhead, 'x'));
    settle();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(slow_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_others_go_on_and_it_gets_all_it_missed) {
  RecordingSubscriber healthy;
  RecordingSubscriber slow(1);
  subscribe(healthy, "a");
  subscribe(slow, "a");
  publish("a");
  settle();
  publish("a");
  settle();
  publish_times(2, "a");
  settle();
  BOOST_TEST(healthy.news() == "[1] [2] [3 4]");
  BOOST_TEST(slow.news() == "[1]");
  drain(slow);
  BOOST_TEST(slow.news() == "[2 3 4]");
  publish("a");
  settle();
  BOOST_TEST(healthy.news() == "[5]");
  BOOST_TEST(slow.news() == "[5]");
  BOOST_TEST(healthy.received == slow.received);
}

BOOST_AUTO_TEST_CASE(full_in_the_middle_of_a_flush) {
  RecordingSubscriber slow(1);
  subscribe(slow, "a");
  publish_times(6, "a", std::string(16'000, 'x'));
  turn();
  BOOST_TEST(slow.news() == "[1 2]");
  drain(slow, 1);
  BOOST_TEST(slow.news() == "[3 4]");
  publish("a");
  settle();
  drain(slow);
  settle();
  BOOST_TEST(slow.news() == "[5 6 7]");
}

BOOST_AUTO_TEST_CASE(drained_while_a_flush_waits) {
  settings.flush_cost_per_stream = 10ms;
  RecordingSubscriber healthy;
  RecordingSubscriber slow(1);
  subscribe(healthy, "a");
  subscribe(slow, "a");
  publish("a");
  turn();
  publish("a");
  turn();
  drain(slow);
  BOOST_TEST(slow.news() == "[1]");  // it is up to date: what waits comes to it with the others
  settle();
  publish("a");
  settle();
  BOOST_TEST(slow.news() == "[2] [3]");
  BOOST_TEST(healthy.news() == "[1] [2] [3]");
}

// --- a burst ---

// However much is published while it takes nothing: all of it comes from the history.
BOOST_AUTO_TEST_CASE(a_burst_of_any_size_cuts_nobody) {
  history = {.topic_events_max = 100'000, .age_max = 1h, .bytes_max = 200'000'000};
  RecordingSubscriber slow(1);
  subscribe(slow, "a");
  for (int i = 0; i < 6'000; ++i) publish_bytes(10'000);
  BOOST_TEST(slow.news() == "[1]");
  std::size_t most = 0;
  for (int i = 0; i < 5'000 && slow.received.size() < 60'000'000; ++i) {
    drain(slow, 1);
    most = std::max(most, slow.wires.back()->size());
    slow.wires.clear();
  }
  BOOST_TEST(slow.received.size() == 60'000'000U);
  BOOST_TEST(slow.received.ends_with("id: e-6000\n\n"));
  BOOST_TEST(!slow.ended);
  BOOST_TEST(metrics.gaps.value() == 0U);
  BOOST_TEST(most <= 32'768U);
}

// --- what waits for one subscriber ---

BOOST_AUTO_TEST_CASE(a_delivery_stays_below_the_bound) {
  RecordingSubscriber live;
  RecordingSubscriber slow(1);
  subscribe(live, "a");
  subscribe(slow, "a");
  publish_times(100, "a", std::string(1'000, 'x'));
  settle();
  drain(slow);
  settle();
  for (const auto* subscriber : {&live, &slow}) {
    for (const auto& wire : subscriber->wires) BOOST_TEST(wire->size() <= 32'768U);
    BOOST_TEST(subscriber->wires.size() == 4U);
  }
  BOOST_TEST(live.received == slow.received);
}

BOOST_AUTO_TEST_CASE(one_event_larger_than_the_bound_goes_alone) {
  RecordingSubscriber live;
  RecordingSubscriber slow(1);
  subscribe(live, "a");
  subscribe(slow, "a");
  publish("a");
  publish("a", std::string(100'000, 'x'));
  publish("a");
  settle();
  drain(slow);
  settle();
  BOOST_TEST(live.news() == "[1] [2] [3]");
  BOOST_TEST(slow.news() == "[1] [2] [3]");
}

BOOST_AUTO_TEST_CASE(a_smaller_bound_holds_from_now_on) {
  RecordingSubscriber slow(1);
  subscribe(slow, "a");
  publish("a");
  settle();
  publish_times(6, "a", std::string(2'000, 'x'));
  settle();
  settings.outbox_bytes_max = 4'096;
  shard().update(settings);
  drain(slow, 1);
  BOOST_TEST(slow.news() == "[1] [2 3]");
  settings.outbox_bytes_max = 10'000'000;  // as large as it gets
  shard().update(settings);
  drain(slow, 1);
  BOOST_TEST(slow.news() == "[4 5 6 7]");
}

// A replay in the turn of its request is gathered before the socket is asked.
BOOST_AUTO_TEST_CASE(a_subscription_begins_with_one_slice) {
  publish_times(40, "a", std::string(16'000, 'x'));
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 0);
  BOOST_TEST(subscriber.news() == "[1 2]");
  settle();
  BOOST_TEST(subscriber.news().ends_with("[39 40]"));
}

// Nobody holds up the loop: a turn gives a few slices to a few subscribers, and then others are asked.
BOOST_AUTO_TEST_CASE(many_replays_share_the_turns) {
  publish_times(40, "a", std::string(16'000, 'x'));
  std::vector<std::unique_ptr<RecordingSubscriber>> subscribers;
  for (int i = 0; i < 100; ++i) {
    subscribers.push_back(std::make_unique<RecordingSubscriber>());
    subscribe(*subscribers.back(), "a", 0);
  }
  std::vector<std::uint64_t> delivered;
  const std::function<void()> look = [&] {
    delivered.push_back(metrics.delivered_events.value());
    if (delivered.back() < 100U * 40U) loop.post(look);
  };
  look();
  turn();
  BOOST_TEST(delivered.back() == 100U * 40U);
  for (std::size_t i = 1; i < delivered.size(); ++i)
    BOOST_TEST(delivered[i] - delivered[i - 1] <= 32U * 4U * 2U);
  for (const auto& subscriber : subscribers)
    BOOST_TEST(subscriber->received == subscribers.front()->received);
}

// --- slices that several subscribers get ---

BOOST_AUTO_TEST_CASE(who_stands_at_the_same_place_gets_the_same_bytes) {
  RecordingSubscriber first(1);
  RecordingSubscriber second(1);
  RecordingSubscriber other(1);
  subscribe(first, "a");
  subscribe(second, "a");
  subscribe(other, "a b");
  publish("a");
  settle();
  publish_times(9, "a", std::string(10'000, 'x'));
  settle();
  framed.clear();
  drain(first);
  BOOST_TEST(framed.size() == 3U);
  drain(second);
  BOOST_TEST(framed.size() == 4U);  // the last slice was not full, and could have grown meanwhile
  for (std::size_t i = 0; i < 3; ++i) BOOST_TEST(first.wires[i] == second.wires[i]);
  drain(other);
  BOOST_TEST(framed.size() == 7U);
  BOOST_TEST(first.received == other.received);
}

BOOST_AUTO_TEST_CASE(a_slice_that_could_grow_is_not_kept) {
  RecordingSubscriber first(1);
  RecordingSubscriber second(1);
  subscribe(first, "a");
  subscribe(second, "a");
  publish("a");
  settle();
  publish("a");
  settle();
  drain(first, 1);
  publish("a");
  settle();
  drain(second, 1);
  BOOST_TEST(first.news() == "[1] [2]");
  BOOST_TEST(second.news() == "[1] [2 3]");
}

// Kept bytes outlive their events, and spare the subscriber a gap. A gap tells of evictions beyond them.
BOOST_AUTO_TEST_CASE(a_kept_slice_hides_no_eviction) {
  history.topic_events_max = 9;
  RecordingSubscriber first(1);
  RecordingSubscriber second(1);
  subscribe(first, "a");
  subscribe(second, "a");
  publish("a");
  settle();
  publish_times(8, "a", std::string(10'000, 'x'));
  settle();
  drain(first, 1);
  BOOST_TEST(first.news() == "[1] [2 3 4]");
  publish_times(6, "a", std::string(10'000, 'x'));
  settle();
  drain(second);
  BOOST_TEST(second.news() == "[1] [2 3 4] gap evicted 4>6 [7 8 9] [10 11 12] [13 14 15]");
}

// A subscriber that asks for what is held gets no gap; one that missed events does, at the same position.
BOOST_AUTO_TEST_CASE(a_kept_slice_of_a_subscriber_that_knew_hides_no_eviction) {
  history.topic_events_max = 9;
  RecordingSubscriber slow(1);
  subscribe(slow, "a");
  publish("a");
  settle();
  publish_times(12, "a", std::string(10'000, 'x'));
  settle();
  publish("a");  // evicts
  settle();
  RecordingSubscriber newcomer;
  const auto held = event_log().resume(select("a"), "earliest");
  BOOST_TEST(held.after == 5U);
  shard().subscribe(newcomer, select("a"), 1, held.evictions_seen);
  BOOST_TEST(newcomer.news() == "[6 7 8]");
  drain(slow);
  BOOST_TEST(slow.news() == "[1] gap evicted 1>5 [6 7 8] [9 10 11] [12 13 14]");
}

BOOST_AUTO_TEST_CASE(a_cohort_that_is_gone_leaves_nothing_behind) {
  for (int i = 0; i < 20; ++i) {
    const std::string topic = i % 2 == 0 ? "a" : "b";
    publish_times(5, topic, std::string(10'000, 'x'));
    RecordingSubscriber subscriber(1);
    subscribe(subscriber, topic, 0);
    drain(subscriber);
    settle();
    BOOST_TEST(subscriber.news().ends_with(fmt::format("{}]", event_log().last())));
    for (const auto& wire : subscriber.wires) BOOST_TEST(wire->find("data: x") != std::string::npos);
  }
}

// --- what the hub does not look at ---

BOOST_AUTO_TEST_CASE(who_takes_nothing_for_long_is_not_the_hubs_matter) {
  RecordingSubscriber slow(1);
  subscribe(slow, "a");
  publish("a");
  for (int i = 0; i < 100; ++i) {
    publish("a");
    advance(1s);
  }
  BOOST_TEST(!slow.ended);
  drain(slow);
  settle();
  BOOST_TEST(slow.received.ends_with("id: e-101\n\n"));
}

// --- evicted meanwhile ---

BOOST_AUTO_TEST_CASE(what_is_gone_when_it_drains_is_told) {
  history.topic_events_max = 3;
  RecordingSubscriber slow(1);
  subscribe(slow, "a");
  publish("a");
  settle();
  for (int i = 0; i < 9; ++i) {
    publish("a");
    settle();
  }
  drain(slow);
  BOOST_TEST(slow.news() == "[1] gap evicted 1>7 [8 9 10]");
  BOOST_TEST(metrics.gaps.value() == 1U);
  publish("a");
  settle();
  BOOST_TEST(slow.news() == "[11]");
}

BOOST_AUTO_TEST_CASE(also_where_nothing_is_left) {
  history.age_max = 1s;
  settings.heartbeat = 1h;
  RecordingSubscriber slow(1);
  subscribe(slow, "a");
  publish("a");
  settle();
  publish("a");
  settle();
  advance(2s);
  event_log().expire();
  drain(slow);
  BOOST_TEST(slow.news() == "[1] gap evicted 1>2");
  publish("a");
  settle();
  BOOST_TEST(slow.news() == "[3]");
}

BOOST_AUTO_TEST_CASE(what_others_topics_lost_is_not_told) {
  history.topic_events_max = 3;
  RecordingSubscriber slow(1);
  RecordingSubscriber busy;
  subscribe(slow, "quiet");
  subscribe(busy, "busy");
  publish("quiet");
  settle();
  publish_times(9, "busy");
  settle();
  publish("quiet");
  settle();
  drain(slow);
  BOOST_TEST(slow.news() == "[1] [11]");
}

BOOST_AUTO_TEST_SUITE_END()
