// History first, then live, without a seam.
#include <boost/test/unit_test.hpp>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

const std::string half_slice(16'360, 'x');  // two of these fill a slice

struct Fixture : HubFixture {
  /// An audience of one, so that flushes are paced.
  void pace() {
    settings.flush_cost_per_stream = 10ms;
    subscribe(audience, "a");
    publish("a");
    turn();
    audience.news();
  }
  RecordingSubscriber audience;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(replay_suite, Fixture)

BOOST_AUTO_TEST_CASE(from_any_place) {
  publish_times(3, "a");
  publish("b");
  for (const auto& [after, expected] :
       {std::pair(0U, "[1 2 3]"), {1U, "[2 3]"}, {2U, "[3]"}, {3U, ""}, {4U, ""}}) {
    RecordingSubscriber subscriber;
    subscribe(subscriber, "a", after);
    BOOST_TEST(subscriber.news() == expected);
  }
}

BOOST_AUTO_TEST_CASE(then_live) {
  publish_times(2, "a");
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 0);
  BOOST_TEST(subscriber.received == "data: x\nid: e-1\n\ndata: x\nid: e-2\n\n");
  publish("a");
  turn();
  publish("b");
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[1 2] [3] [5]");
  BOOST_TEST(metrics.replayed_events.value() == 2U);
  BOOST_TEST(metrics.delivered_events.value() == 4U);
  BOOST_TEST(metrics.delivered_bytes.value() == subscriber.received.size());
}

BOOST_AUTO_TEST_CASE(what_the_loop_has_not_taken_in_yet_comes_once) {
  RecordingSubscriber first;
  subscribe(first, "a");
  publish_times(2, "a");
  RecordingSubscriber second;
  subscribe(second, "a", 0);
  RecordingSubscriber third;
  subscribe(third, "a", 1);
  RecordingSubscriber fourth;
  subscribe(fourth, "a", 2);
  settle();
  BOOST_TEST(first.news() == "[1 2]");
  BOOST_TEST(second.news() == "[1 2]");
  BOOST_TEST(third.news() == "[2]");
  BOOST_TEST(fourth.news() == "");
}

// --- while a flush waits for its time ---

BOOST_AUTO_TEST_CASE(who_comes_before_the_pending_ones) {
  pace();
  publish_times(3, "a");
  turn();
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 0);
  BOOST_TEST(subscriber.news() == "[1]");
  settle();
  BOOST_TEST(audience.news() == "[2 3 4]");
  BOOST_TEST(subscriber.news() == "[2 3 4]");
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[5]");
}

BOOST_AUTO_TEST_CASE(who_comes_between_the_pending_ones) {
  pace();
  publish_times(3, "a");
  turn();
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 3);
  BOOST_TEST(subscriber.news() == "");
  settle();
  BOOST_TEST(audience.news() == "[2 3 4]");
  BOOST_TEST(subscriber.news() == "[4]");
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[5]");
}

BOOST_AUTO_TEST_CASE(who_comes_beyond_the_pending_ones) {
  pace();
  publish_times(3, "a");
  turn();
  publish("b");
  RecordingSubscriber last;
  RecordingSubscriber beyond;
  subscribe(last, "a", 4);
  subscribe(beyond, "a", 5);
  settle();
  BOOST_TEST(audience.news() == "[2 3 4]");
  BOOST_TEST(last.news() == "");
  BOOST_TEST(beyond.news() == "");
  publish("a");
  settle();
  for (auto* subscriber : {&audience, &last, &beyond}) BOOST_TEST(subscriber->news() == "[6]");
}

BOOST_AUTO_TEST_CASE(a_cohort_of_newcomers_only_waits_for_no_flush) {
  pace();
  publish_times(3, "a");
  turn();
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a b", 0);
  BOOST_TEST(subscriber.news() == "[1 2 3 4]");
}

// --- slices, and whose turn it is ---

BOOST_AUTO_TEST_CASE(one_slice_with_the_request_then_others_have_their_turn) {
  publish_times(19, "a", half_slice);
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 0);
  BOOST_TEST(subscriber.news() == "[1 2]");
  turn();
  BOOST_TEST(subscriber.news() == "[3 4] [5 6] [7 8] [9 10] [11 12] [13 14] [15 16] [17 18] [19]");
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[20]");
}

BOOST_AUTO_TEST_CASE(exactly_one_slice_needs_no_further_turn) {
  publish_times(2, "a", half_slice);
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 0);
  BOOST_TEST(subscriber.news() == "[1 2]");
  publish("a");
  turn();
  BOOST_TEST(subscriber.news() == "[3]");
}

BOOST_AUTO_TEST_CASE(a_full_socket_holds_the_rest_back) {
  publish_times(9, "a", half_slice);
  RecordingSubscriber subscriber(1);
  subscribe(subscriber, "a", 0);
  settle();
  BOOST_TEST(subscriber.news() == "[1 2]");
  drain(subscriber, 2);
  settle();
  BOOST_TEST(subscriber.news() == "[3 4] [5 6]");
  drain(subscriber);
  settle();
  BOOST_TEST(subscriber.news() == "[7 8] [9]");
}

BOOST_AUTO_TEST_CASE(events_published_meanwhile_follow_in_order) {
  publish_times(12, "a", half_slice);
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 0);
  publish_times(2, "a");
  turn();
  settle();
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[1 2] [3 4] [5 6] [7 8] [9 10] [11 12] [13 14] [15]");
}

BOOST_AUTO_TEST_CASE(several_take_turns) {
  publish_times(20, "a", half_slice);
  RecordingSubscriber first;
  RecordingSubscriber second;
  subscribe(first, "a", 0);
  subscribe(second, "a b", 4);
  turn();
  settle();
  BOOST_TEST(first.news() == "[1 2] [3 4] [5 6] [7 8] [9 10] [11 12] [13 14] [15 16] [17 18] [19 20]");
  BOOST_TEST(second.news() == "[5 6] [7 8] [9 10] [11 12] [13 14] [15 16] [17 18] [19 20]");
  BOOST_TEST(metrics.replayed_events.value() == 36U);
}

// While it waits for its turn there are flushes: each must find it either catching up or live, not both.
BOOST_AUTO_TEST_CASE(flushes_go_by_while_it_waits_for_its_turn) {
  publish_times(9, "a", half_slice);
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 0);
  BOOST_TEST(subscriber.news() == "[1 2]");
  for (int i = 0; i < 3; ++i) {
    publish("a");
    clock.advance(100ms);
    RecordingSubscriber
        newcomer;  // makes the shard look for news, and flush, before the waiting ones have their turn
    subscribe(newcomer, "other");
  }
  settle();
  BOOST_TEST(subscriber.received.find("id: e-12\n") != std::string::npos);
  BOOST_TEST(subscriber.news() == "[3 4] [5 6] [7 8] [9 10 11 12]");
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[13]");
}

BOOST_AUTO_TEST_CASE(drained_while_it_waits_for_its_turn) {
  publish_times(20, "a", half_slice);
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 0);
  drain(subscriber);
  BOOST_TEST(subscriber.news() == "[1 2] [3 4] [5 6] [7 8] [9 10]");
  turn();
  BOOST_TEST(subscriber.news() == "[11 12] [13 14] [15 16] [17 18] [19 20]");
  settle();
  BOOST_TEST(subscriber.news() == "");
}

BOOST_AUTO_TEST_CASE(drained_without_having_been_full) {
  RecordingSubscriber subscriber;
  shard().on_drained(subscriber);  // before it subscribed
  subscribe(subscriber, "a");
  shard().on_drained(subscriber);
  publish("a");
  shard().on_drained(subscriber);
  settle();
  BOOST_TEST(subscriber.news() == "[1]");
}

// --- gaps ---

BOOST_AUTO_TEST_CASE(a_gap_between_asking_and_subscribing_is_told) {
  history.topic_events_max = 3;
  shard();
  publish_times(9, "a");
  turn();
  publish("a");
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 2);
  BOOST_TEST(subscriber.news() == "gap evicted 2>7 [8 9 10]");
  BOOST_TEST(metrics.gaps.value() == 1U);
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[11]");
}

// It needs no gap for what was evicted before it subscribed, but for what is evicted from now on.
BOOST_AUTO_TEST_CASE(what_is_accounted_for_is_not_told_again) {
  history.topic_events_max = 3;
  publish("quiet");
  publish_times(5, "busy");
  const auto from = event_log().resume(select("quiet busy"), "earliest");
  RecordingSubscriber first;
  shard().subscribe(first, select("quiet busy"), from.after, from.evictions_seen);
  BOOST_TEST(first.news() == "[1 4 5 6]");
  RecordingSubscriber second(0);
  shard().subscribe(second, select("quiet busy"), from.after, from.evictions_seen);
  publish("busy");
  settle();
  drain(second);
  BOOST_TEST(second.news() == "gap evicted 0>0 [1 5 6 7]");
}

// The quiet topic's loss lies before the busy one's, and is one all the same.
BOOST_AUTO_TEST_CASE(a_loss_before_what_is_accounted_for_is_told) {
  history.topic_events_max = 3;
  publish("quiet");
  publish_times(5, "busy");
  const auto from = event_log().resume(select("quiet busy"), "earliest");
  RecordingSubscriber subscriber(0);
  shard().subscribe(subscriber, select("quiet busy"), from.after, from.evictions_seen);
  publish_times(3, "quiet");
  settle();
  drain(subscriber);
  BOOST_TEST(subscriber.news() == "gap evicted 0>1 [4 5 6 7 8 9]");
  BOOST_TEST(metrics.gaps.value() == 1U);
}

BOOST_AUTO_TEST_CASE(nothing_evicted_after_its_place_nothing_told) {
  history.topic_events_max = 3;
  publish("quiet");
  publish_times(9, "a");
  RecordingSubscriber at_the_edge;
  subscribe(at_the_edge, "a", 7);
  BOOST_TEST(at_the_edge.news() == "[8 9 10]");
  RecordingSubscriber quiet;
  subscribe(quiet, "quiet never", 0);
  BOOST_TEST(quiet.news() == "[1]");
  BOOST_TEST(metrics.gaps.value() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
