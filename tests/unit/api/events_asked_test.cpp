// GET and POST /events: which of several cursors is meant, a subscription in a body, how many
// patterns, and nobody's slot.
#include <boost/test/unit_test.hpp>

#include "support/events_fixture.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

const std::string opening = ": ok\n\nretry: 3000\n\n";

std::string event(int place, const std::string& data = "x") {
  return fmt::format("data: {}\nid: e-{}\n\n", data, place);
}
std::string cursor(int place) { return fmt::format("id: e-{}\n\n", place); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(events_asked_suite, EventsFixture)

// Polyfills append theirs to the address that they were given; proxies join lines.
BOOST_AUTO_TEST_CASE(several_cursors_never_repeat_in_silence) {
  publish_times(4, "a");
  const auto after = [&](int place) {
    auto text = opening + cursor(place);
    for (int next = place + 1; next <= 4; ++next) text += event(next);
    return text;
  };
  BOOST_TEST(asking("topic=a&lastEventId=e-1&lastEventId=e-3")->news() == after(3));
  BOOST_TEST(asking("topic=a&LASTEVENTID=e-3")->news() == after(3));
  BOOST_TEST(asking("topic=a&lastEventId=earliest", "e-3")->news() == after(3));
  BOOST_TEST(asking("topic=a", "e-1, e-3")->news() == after(3));
  BOOST_TEST(asking("topic=a", "e-3, earliest")->news() == after(3));
  const auto gap = asking("topic=a", "e-1, x")->news();
  BOOST_TEST(gap.find("\"reason\":\"unknown\",\"lastEventId\":\"e-1, x\"") != std::string::npos);
}

// Of which the whole is a cursor.
BOOST_AUTO_TEST_CASE(an_id_with_a_comma) {
  publish("a");
  append(draft_with_id("a", "x, e-1", "2"));
  publish("a", "3");
  BOOST_TEST(asking("topic=a", "x, e-1")->news() == opening + cursor(2) + event(3, "3"));
}

// --- the subscription in a body ---

BOOST_AUTO_TEST_CASE(a_post_is_answered_like_a_get) {
  publish_times(2, "a");
  publish("b/1");
  auto asked = request("topic=a");
  asked.method = "POST";
  asked.content_type = "application/json";
  asked.body = R"({"topic":["b/*"],"lastEventId":"e-1"})";
  RecordingExchange reader(asked);
  endpoint().serve(reader);
  BOOST_TEST(reader.news() == opening + cursor(1) + event(2) + event(3));
  // A fetch client sends the same body again, and where it is in the header.
  asked.headers.emplace("last-event-id", "e-2");
  RecordingExchange again(asked);
  endpoint().serve(again);
  BOOST_TEST(again.news() == opening + cursor(2) + event(3));
  publish("b/2");
  settle();
  BOOST_TEST(reader.news() == event(4));
  BOOST_TEST(again.news() == event(4));
}

BOOST_AUTO_TEST_CASE(the_limits_are_for_address_and_body_together) {
  streams.topics_max = 2;
  auto asked = request("topic=a");
  asked.method = "POST";
  asked.content_type = "application/x-www-form-urlencoded";
  asked.body = "topic=b&topic=c";
  RecordingExchange reader(asked);
  endpoint().serve(reader);
  BOOST_TEST(reader.head->status == 400);
  BOOST_TEST(reader.body().find("topic: 3 requested, at most 2 are allowed") != std::string::npos);
  BOOST_TEST(limits.value(metrics::Limit::stream_topics) == 1U);
}

// --- patterns ---

BOOST_AUTO_TEST_CASE(how_many_patterns) {
  streams.patterns_max = 2;
  BOOST_TEST(!asking("topic=a&topic=b/*&topic=*&topic=c*&topic=d/")->finished);
  BOOST_TEST(limits.value(metrics::Limit::stream_patterns) == 0U);
  const auto refused = asking("topic=b/*&topic=a&topic=*&topic=c/*");
  BOOST_TEST(refused->head->status == 400);
  BOOST_TEST(refused->body().find(
                 "topic: 3 patterns requested, at most 2 are allowed. Name the topics, or use one pattern "
                 "that covers several; the operator can raise streams.patterns_max") != std::string::npos);
  BOOST_TEST(limits.value(metrics::Limit::stream_patterns) == 1U);
}

BOOST_AUTO_TEST_CASE(no_patterns_at_all) {
  streams.patterns_max = 0;
  BOOST_TEST(!asking("topic=a")->finished);
  const auto refused = asking("topic=*");
  BOOST_TEST(refused->head->status == 400);
  BOOST_TEST(refused->body().find("topic: patterns are not allowed here; name the topics, or ask the "
                                  "operator to raise streams.patterns_max") != std::string::npos);
}

// --- no slot ---

BOOST_AUTO_TEST_CASE(no_slot_left) {
  const auto first = asking("topic=a");
  auto second = asking("topic=b");
  const auto third = asking("topic=a&poll=5");
  BOOST_TEST(slots.used() == 3U);
  BOOST_TEST(limits.value(metrics::Limit::streams) == 0U);
  const auto fourth = asking("topic=a");
  BOOST_TEST(fourth->head->status == 200);
  BOOST_TEST(fourth->finished);
  BOOST_TEST(fourth->body().starts_with(
      ": the worker has reached its limit of streams; reconnect later\n\nretry: "));
  const auto fifth = asking("topic=a&poll=5");
  BOOST_TEST(fifth->head->status == 503);
  BOOST_TEST(fifth->head_text().find("\r\nRetry-After: ") != std::string::npos);
  http::Request head = request("topic=a");
  head.method = "HEAD";
  RecordingExchange sixth(std::move(head));
  endpoint().serve(sixth);
  BOOST_TEST(sixth.head->status == 200);
  BOOST_TEST(sixth.body() == "");
  BOOST_TEST(slots.used() == 3U);
  BOOST_TEST(limits.value(metrics::Limit::streams) == 3U);
  second.reset();
  BOOST_TEST(slots.used() == 2U);
  BOOST_TEST(!asking("topic=a")->finished);
  BOOST_TEST(slots.used() == 2U);
}

// Streams, long polls and requests that wait for their cursor count together.
BOOST_AUTO_TEST_CASE(no_slot_left_for_the_address) {
  slots.set_limit(100, 2, 0);
  const auto from = [&](const std::string& where, const std::string& query) {
    auto asked = request(query);
    asked.remote_address = http::RemoteAddress::parse(where);
    auto exchange = std::make_unique<RecordingExchange>(std::move(asked));
    endpoint().serve(*exchange);
    return exchange;
  };
  auto stream = from("203.0.113.7", "topic=a");
  const auto poll = from("203.0.113.7", "topic=a&poll=5");
  BOOST_TEST(limits.value(metrics::Limit::streams_per_address) == 0U);
  const auto refused = from("203.0.113.7", "topic=b");
  BOOST_TEST(refused->head->status == 200);
  BOOST_TEST(refused->finished);
  BOOST_TEST(refused->body().starts_with(": this address has reached its limit of streams"));
  const auto refused_poll = from("::ffff:203.0.113.7", "topic=b&poll=0");
  BOOST_TEST(refused_poll->head->status == 429);
  BOOST_TEST(limits.value(metrics::Limit::streams_per_address) == 2U);
  BOOST_TEST(limits.value(metrics::Limit::streams) == 0U);
  const auto other = from("203.0.113.8", "topic=a");
  BOOST_TEST(!other->finished);
  for (const auto* here : {"127.0.0.1", "unix:", ""}) BOOST_TEST(!from(here, "topic=a")->finished);
  publish("a");
  settle();
  BOOST_TEST(poll->finished);
  stream.reset();
  const auto next = from("203.0.113.7", "topic=b");
  BOOST_TEST(!next->finished);
}

BOOST_AUTO_TEST_SUITE_END()
