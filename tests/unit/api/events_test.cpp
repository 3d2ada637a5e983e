// GET /events with topics: what is refused, how a stream begins, goes on and ends.
#include <boost/test/unit_test.hpp>

#include "support/events_fixture.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : EventsFixture {
  /// All of an answer that is over: `STATUS BODY`.
  std::string answered(const std::string& query, const std::string& header = {}) {
    const auto exchange = asking(query, header);
    BOOST_TEST(exchange->finished);
    return fmt::format("{} {}", exchange->head->status, exchange->body());
  }
  std::string refused(const std::string& query) {
    const auto answer = answered(query);
    const std::string before =
        "400 {\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"detail\":\"";
    return answer.starts_with(before) ? answer.substr(before.size(), answer.size() - before.size() - 3)
                                      : answer;
  }
};

const std::string opening = ": ok\n\nretry: 3000\n\n";

std::string event(int place, const std::string& data = "x") {
  return fmt::format("data: {}\nid: e-{}\n\n", data, place);
}
std::string heartbeat(int place) {
  return fmt::format("event: heartbeat\ndata: {{\"intervalSeconds\":15}}\nid: e-{}\n\n", place);
}

std::string cursor(int place) { return fmt::format("id: e-{}\n\n", place); }

const std::string close_frame = "event: close\ndata: {}\n\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(events_suite, Fixture)

BOOST_AUTO_TEST_CASE(without_topics_the_greeting) {
  BOOST_TEST(answered("") == "200 greeting");
  BOOST_TEST(answered("lastEventId=e-1&_=1") == "200 greeting");
  BOOST_TEST(refused("lastEventId=e-1&topics=a") ==
             "topics: is not a parameter of /events; did you mean topic?");
  BOOST_TEST(refused("poll=5") == "topic: is missing; a long poll needs at least one");
  BOOST_TEST(slots.used() == 0U);
}

BOOST_AUTO_TEST_CASE(the_workers_own_figures_are_another_stream) {
  BOOST_TEST(answered("topic=$stats") == "200 stats");
  BOOST_TEST(answered("topic=%24stats&topic=$stats&lastEventId=e-1") == "200 stats");
  const std::string alone = "topic: $stats cannot be combined with other topics; request it alone";
  BOOST_TEST(refused("topic=$stats&topic=a") == alone);
  BOOST_TEST(refused("topic=b/*&topic=$stats&poll=1") == alone);
  BOOST_TEST(refused("topic=$stats&poll=5") ==
             "poll: $stats does not support long polling; use a stream, or read /metrics");
  BOOST_TEST(refused("topic=$stat") ==
             "topic: $stat does not exist; the only name that begins with $ is $stats");
  BOOST_TEST(refused("topic=$stats&topic=$*") ==
             "topic: $* does not exist; the only name that begins with $ is $stats");
  BOOST_TEST(refused("topic=$" + std::string(1'000, 'x')).size() < 200U);
  BOOST_TEST(slots.used() == 0U);
}

BOOST_AUTO_TEST_CASE(or_the_configured_topics) {
  streams.default_topics = {"a", "b/*"};
  const auto reader = asking("");
  reader->news();
  publish("b/1");
  publish("c");
  publish("a");
  settle();
  BOOST_TEST(reader->news() == event(1) + event(3));
  const auto other = asking("topic=c");
  other->news();
  publish("a");
  settle();
  BOOST_TEST(other->news() == "");
}

BOOST_AUTO_TEST_CASE(a_name_that_looks_like_a_pattern_is_said_to_be_none) {
  const auto reader = asking("topic=b&topic=a*");
  BOOST_TEST(reader->news() ==
             opening + ": topic a* is a name, not a pattern; patterns are * and names that end in /*\n\n" +
                 cursor(0));
  publish("a*");
  publish("ab");
  settle();
  BOOST_TEST(reader->news() == event(1));
}

// --- refused ---

BOOST_AUTO_TEST_CASE(topics_that_are_refused) {
  BOOST_TEST(refused("topic=") == "topic: must not be empty");
  BOOST_TEST(refused("topic=a&topic") == "topic: must not be empty");
  BOOST_TEST(refused("topic=%ff") == "topic: is not valid UTF-8");
  BOOST_TEST(refused("topic=a%00") == "topic: contains a control character");
  BOOST_TEST(refused("topic=" + std::string(1'025, 'x')) ==
             "topic: has 1025 bytes; at most 1024 are allowed");
  BOOST_TEST(slots.used() == 0U);
  BOOST_TEST(limits.value(metrics::Limit::topic_bytes) == 1U);
  BOOST_TEST(limits.value(metrics::Limit::stream_topics) == 0U);
}

BOOST_AUTO_TEST_CASE(how_many_topics) {
  streams.topics_max = 3;
  BOOST_TEST(!asking("topic=a&topic=b&topic=c/*")->finished);
  BOOST_TEST(refused("topic=a&topic=b&topic=c&topic=a") == "topic: 4 requested, at most 3 are allowed");
  BOOST_TEST(limits.value(metrics::Limit::stream_topics) == 1U);
}

BOOST_AUTO_TEST_CASE(polls_that_are_refused) {
  for (const auto* wrong : {"", "x", "-1", "1.5", "1s", "%201", "99999999999", "31536001"}) {
    BOOST_TEST(refused(fmt::format("topic=a&poll={}", wrong)) == "poll: must be a whole number of seconds");
  }
}

// --- how a stream begins ---

BOOST_AUTO_TEST_CASE(the_head) {
  const auto reader = asking("topic=a");
  BOOST_TEST(reader->head_text() ==
             "Status: 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
             "Cache-Control: no-cache, no-transform\r\nX-Accel-Buffering: no\r\n\r\n");
  BOOST_TEST(!reader->finished);
}

BOOST_AUTO_TEST_CASE(at_the_end_with_a_cursor_to_come_back_with) {
  const auto first = asking("topic=a");
  BOOST_TEST(first->news() == opening + cursor(0));
  publish("a");
  settle();
  BOOST_TEST(first->news() == event(1));
  BOOST_TEST(asking("topic=a")->news() == opening + cursor(1));
  BOOST_TEST(asking("topic=never")->news() == opening + cursor(1));
}

BOOST_AUTO_TEST_CASE(after_a_cursor_and_then_live) {
  publish_times(3, "a");
  const auto reader = asking("topic=a&lastEventId=e-1");
  BOOST_TEST(reader->news() == opening + cursor(1) + event(2) + event(3));
  publish("a");
  settle();
  BOOST_TEST(reader->news() == event(4));
  BOOST_TEST(asking("topic=a&lastEventId=e-1", "e-3")->news() == opening + cursor(3) + event(4));
}

BOOST_AUTO_TEST_CASE(after_an_alias) {
  append(draft_with_id("a", "own", "1"));
  publish("a", "2");
  BOOST_TEST(asking("topic=a", "own")->news() == opening + cursor(1) + event(2, "2"));
}

BOOST_AUTO_TEST_CASE(everything_held) {
  publish_times(2, "a");
  BOOST_TEST(asking("topic=a&lastEventId=earliest")->news() == opening + cursor(0) + event(1) + event(2));
  BOOST_TEST(asking("topic=a&lastEventId=e-0")->news() == opening + cursor(0) + event(1) + event(2));
}

// --- gaps ---

BOOST_AUTO_TEST_CASE(a_cursor_that_is_no_good) {
  publish_times(2, "a");
  const auto gap = [](const std::string& reason, const std::string& asked, int from) {
    return fmt::format(
        "event: gap\ndata: {{\"reason\":\"{1}\",\"lastEventId\":\"{2}\",\"resumedFrom\":\"e-{0}\"}}\nid: "
        "e-{0}\n\n",
        from, reason, asked);
  };
  BOOST_TEST(asking("topic=a", "x")->news() == opening + gap("unknown", "x", 0) + event(1) + event(2));
  BOOST_TEST(asking("topic=a", "e-3")->news() == opening + gap("unknown", "e-3", 0) + event(1) + event(2));
  BOOST_TEST(asking("topic=a", "d-1")->news() == opening + gap("restarted", "d-1", 0) + event(1) + event(2));
  advance(2h);
  event_log().expire();
  BOOST_TEST(asking("topic=a", "e-1")->news() == opening + gap("evicted", "e-1", 2));
  BOOST_TEST(metrics.gaps.value() == 4U);
}

BOOST_AUTO_TEST_CASE(a_gap_while_it_reads) {
  history.topic_events_max = 1;
  const auto reader = asking("topic=a");
  publish("a");
  settle();
  reader->full = true;
  publish("a");
  settle();
  publish_times(3, "a");
  settle();
  event_log().expire();
  reader->news();
  reader->full = false;
  reader->source->on_drained();
  BOOST_TEST(reader->news() ==
             "event: gap\ndata: "
             "{\"reason\":\"evicted\",\"lastEventId\":\"e-2\",\"resumedFrom\":\"e-4\"}\nid: e-4\n\n" +
                 event(5));
}

// --- how it ends ---

BOOST_AUTO_TEST_CASE(closed_topics_end_it) {
  const auto reader = asking("topic=a");
  reader->news();
  append(closing("a", "bye"));
  settle();
  BOOST_TEST(reader->news() == event(1, "bye") + close_frame);
  BOOST_TEST(reader->finished);
}

BOOST_AUTO_TEST_CASE(who_has_it_all_is_told_not_to_come_back) {
  publish("a");
  append(closing("a", "bye"));
  publish("b");
  const auto complete = asking("topic=a", "e-2");
  BOOST_TEST(complete->head_text() == "Status: 204 No Content\r\nCache-Control: no-store\r\n\r\n");
  BOOST_TEST(complete->body() == "");
  BOOST_TEST(complete->finished);
  BOOST_TEST(answered("topic=a&lastEventId=e-3") == "204 ");
  BOOST_TEST(slots.used() == 0U);
  const auto late = asking("topic=a", "e-1");
  BOOST_TEST(late->body() == opening + cursor(1) + event(2, "bye") + close_frame);
  BOOST_TEST(late->finished);
}

BOOST_AUTO_TEST_CASE(a_newcomer_to_a_closed_topic_reads_it_all) {
  publish("a");
  append(closing("a", "bye"));
  const auto reader = asking("topic=a");
  BOOST_TEST(reader->body() == opening + cursor(0) + event(1) + event(2, "bye") + close_frame);
  BOOST_TEST(reader->finished);
}

// Nothing is granted to it.
BOOST_AUTO_TEST_CASE(private_events_are_in_no_stream) {
  append(privately(draft_with_id("a", "pay-31", "secret")));
  publish("a");
  // There are three slots.
  auto unknown = asking("topic=a", "pay-31")->body();
  const auto never = asking("topic=a", "nay-31")->body();
  for (auto at = unknown.find("pay-31"); at != std::string::npos; at = unknown.find("pay-31", at))
    unknown.replace(at, 6, "nay-31");
  BOOST_TEST(unknown == never);
  const auto old = asking("topic=a", "e-0");
  const auto live = asking("topic=a");
  append(privately(draft("a b", "secret")));
  append(privately(closing("a", "secret")));
  settle();
  BOOST_TEST(old->body() == opening + cursor(0) + event(2) + close_frame);
  BOOST_TEST(live->body() == opening + cursor(2) + close_frame);
  BOOST_TEST(asking("topic=a", "e-2")->body() == "");  // 204
}

BOOST_AUTO_TEST_CASE(a_drain_sends_them_away_for_a_while) {
  const auto reader = asking("topic=a");
  reader->news();
  reader->source->drain(4'321ms);
  BOOST_TEST(reader->news() == "retry: 4321\n\n");
  BOOST_TEST(reader->finished);
}

BOOST_AUTO_TEST_CASE(a_lifetime_between_80_and_100_percent) {
  streams.lifetime = 100s;
  settings.heartbeat = 1h;
  for (int i = 0; i < 20; ++i) {
    const auto reader = asking("topic=a");
    reader->news();
    advance(79'999ms);
    BOOST_TEST(!reader->finished);
    advance(20'001ms);
    BOOST_TEST(reader->finished);
    BOOST_TEST(reader->news() == "");
  }
  BOOST_TEST(limits.value(metrics::Limit::lifetime) == 20U);
}

BOOST_AUTO_TEST_CASE(without_a_lifetime_it_lives_on) {
  const auto reader = asking("topic=a");
  for (int i = 0; i < 100; ++i) advance(1h);
  BOOST_TEST(!reader->finished);
}

BOOST_AUTO_TEST_CASE(heartbeats_on_the_wire) {
  const auto reader = asking("topic=a");
  reader->news();
  publish("b");
  advance(15s);
  advance(15s);
  BOOST_TEST(reader->news() == cursor(1) + ": \n\n");
}

// --- heartbeats that a script can see ---

BOOST_AUTO_TEST_CASE(a_heartbeat_in_place_of_the_cursor) {
  publish("a");
  const auto reader = asking("topic=a&heartbeat=event");
  BOOST_TEST(reader->news() == opening + heartbeat(1));
  publish("b");
  advance(15s);
  BOOST_TEST(reader->news() == heartbeat(2));
}

BOOST_AUTO_TEST_CASE(a_heartbeat_before_what_was_missed) {
  publish("a");
  publish("a");
  BOOST_TEST(asking("topic=a&heartbeat=event&lastEventId=e-1")->news() == opening + heartbeat(1) + event(2));
}

BOOST_AUTO_TEST_CASE(a_heartbeat_after_a_gap) {
  publish("a");
  const auto reader = asking("topic=a&heartbeat=event&lastEventId=nobody");
  BOOST_TEST(
      reader->news() ==
      opening +
          "event: gap\ndata: {\"reason\":\"unknown\",\"lastEventId\":\"nobody\",\"resumedFrom\":\"e-0\"}"
          "\nid: e-0\n\n" +
          heartbeat(0) + event(1));
}

BOOST_AUTO_TEST_CASE(heartbeats_are_comments_by_default) {
  BOOST_TEST(asking("topic=a&heartbeat=comment")->news() == opening + cursor(0));
  for (const auto* value : {"", "events", "Event", "off", "15"}) {
    BOOST_TEST(refused(fmt::format("topic=a&heartbeat={}", value)) ==
               "heartbeat: must be `comment`, which is the default, or `event`");
  }
}

BOOST_AUTO_TEST_CASE(other_streams_take_the_parameter_too) {
  BOOST_TEST(answered("heartbeat=event") == "200 greeting");
  BOOST_TEST(answered("topic=$stats&heartbeat=event") == "200 stats");
  const auto poll = asking("topic=a&poll=0&heartbeat=event");
  advance(0ms);
  BOOST_TEST(poll->body().starts_with("{\"events\":[]"));
  BOOST_TEST(refused("heartbeat=no").starts_with("heartbeat: "));
  BOOST_TEST(refused("topic=$stats&heartbeat=no").starts_with("heartbeat: "));
}

// A HEAD request is over before it begins.
BOOST_AUTO_TEST_CASE(head_only) {
  http::Request asked = request("topic=a");
  asked.method = "HEAD";
  {
    RecordingExchange exchange(std::move(asked));
    endpoint().serve(exchange);
    BOOST_TEST(exchange.finished);
    BOOST_TEST(exchange.body() == "");
    publish("a");
    settle();
    BOOST_TEST(exchange.body() == "");
  }
  BOOST_TEST(slots.used() == 0U);
  BOOST_TEST(metrics.subscribers.value() == 0);
}

BOOST_AUTO_TEST_CASE(leaving_frees_its_slot_and_its_place_in_the_hub) {
  auto reader = asking("topic=a");
  BOOST_TEST(slots.used() == 1U);
  BOOST_TEST(metrics.subscribers.value() == 1);
  reader.reset();
  BOOST_TEST(slots.used() == 0U);
  BOOST_TEST(metrics.subscribers.value() == 0);
  publish("a");
  settle();
}

BOOST_AUTO_TEST_CASE(new_settings_from_the_next_request_on) {
  endpoint();
  streams.topics_max = 1;
  streams.retry = 7s;
  context().update(streams);
  BOOST_TEST(refused("topic=a&topic=b") == "topic: 2 requested, at most 1 are allowed");
  BOOST_TEST(asking("topic=a")->news().starts_with(": ok\n\nretry: 7000\n\n"));
}

BOOST_AUTO_TEST_SUITE_END()
