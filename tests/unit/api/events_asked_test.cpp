// GET and POST /events: which of several cursors is meant, a subscription in a body, how many
// patterns, and nobody's slot.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

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
                 "topic: 3 patterns and templates requested, at most 2 are allowed. Name the topics, or use "
                 "one pattern that covers several; the operator can raise streams.patterns_max") !=
             std::string::npos);
  BOOST_TEST(limits.value(metrics::Limit::stream_patterns) == 1U);
}

BOOST_AUTO_TEST_CASE(no_patterns_at_all) {
  streams.patterns_max = 0;
  BOOST_TEST(!asking("topic=a")->finished);
  const auto refused = asking("topic=*");
  BOOST_TEST(refused->head->status == 400);
  BOOST_TEST(
      refused->body().find("topic: patterns and templates are not allowed here; name the topics, or ask the "
                           "operator to raise streams.patterns_max") != std::string::npos);
}

// --- templates ---

BOOST_AUTO_TEST_CASE(a_template_reads_the_history_and_what_comes) {
  publish("a/1", "old");
  publish("a/1/b", "too deep");
  const auto reader = asking("template=a/{id}&topic=news&lastEventId=earliest");
  BOOST_TEST(reader->news() == opening + cursor(0) + event(1, "old"));
  publish("a/2", "new");
  publish("a/2/b", "too deep");
  publish("news", "named");
  settle();
  BOOST_TEST(reader->news() == event(3, "new") + event(5, "named"));
  BOOST_TEST(templates.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_poll_by_template_names_the_topics_and_its_stream) {
  publish("a/1", "x");
  const auto poll = asking("template=a/{id}&topic=b&poll=0&lastEventId=earliest");
  BOOST_TEST(poll->body() ==
             "{\"events\":[{\"id\":\"e-1\",\"event\":\"message\",\"data\":\"x\",\"topics\":[\"a/1\"]}],"
             "\"lastEventId\":\"e-1\",\"stream\":\"/events?topic=b&template=a/%7Bid%7D&lastEventId=e-1\"}\n");
}

BOOST_AUTO_TEST_CASE(templates_in_a_body) {
  for (const auto& [type, body] : {std::pair("application/json", R"({"template":["a/{id}","b{?q}"]})"),
                                   std::pair("application/json", R"({"template":"a/{id}","topic":null})"),
                                   std::pair("application/x-www-form-urlencoded", "template=a%2F%7Bid%7D")}) {
    auto asked = request("");
    asked.method = "POST";
    asked.content_type = type;
    asked.body = body;
    const auto reader = served(std::move(asked));
    reader->news();
    publish("a/1");
    settle();
    BOOST_TEST(reader->news().starts_with("data: x\nid: e-"));
  }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_template) {
  const auto problem = [&](const std::string& query) {
    const auto refused = asking(query);
    BOOST_TEST_REQUIRE(refused->head.has_value());
    BOOST_TEST(refused->head->status == 400);
    const auto body = nlohmann::json::parse(refused->body());
    return body["detail"].get<std::string>();
  };
  BOOST_TEST(problem("template=a/{id") ==
             "template: the URI template a/{id has a { at byte 2 that is never closed; close it with }");
  BOOST_TEST(
      problem("template=a/b") ==
      "template: a/b has no expression such as {id}; ask for names, and for patterns such as orders/*, "
      "with topic");
  BOOST_TEST(problem("template=*").starts_with("template: * has no expression"));
  BOOST_TEST(problem("template=") == "template: must not be empty");
  BOOST_TEST(problem("template={x}%00").starts_with("template: contains a control character"));
  BOOST_TEST(problem("template=$stats{x}") ==
             "template: $stats{x} is reserved: names that begin with $ belong to the worker");
  BOOST_TEST(problem("topic=$stats&template={x}") ==
             "topic: $stats cannot be combined with other topics; request it alone");
  BOOST_TEST(problem("templates={x}") == "templates: is not a parameter of /events; did you mean template?");
  BOOST_TEST(problem("template={x}&topic=").starts_with("topic: must not be empty"));
  BOOST_TEST(limits.value(metrics::Limit::topic_bytes) == 0U);
  BOOST_TEST(problem("template={x}" + std::string(1'022, 'y')) ==
             "template: has 1025 bytes; at most 1024 are allowed");
  BOOST_TEST(limits.value(metrics::Limit::topic_bytes) == 1U);
  BOOST_TEST(templates.size() == 0U);
}

BOOST_AUTO_TEST_CASE(templates_count_as_topics_and_as_patterns) {
  streams.topics_max = 3;
  streams.patterns_max = 2;
  BOOST_TEST(!asking("template={a}&topic=b/*&topic=c")->finished);
  BOOST_TEST(asking("template={a}&template={b}&topic=c/*")->head->status == 400);
  BOOST_TEST(limits.value(metrics::Limit::stream_patterns) == 1U);
  BOOST_TEST(asking("template={a}&topic=b&topic=c&topic=d")->head->status == 400);
  BOOST_TEST(limits.value(metrics::Limit::stream_topics) == 1U);
}

// An EventSource that gets an error never comes back.
BOOST_AUTO_TEST_CASE(no_room_for_another_template) {
  templates.set_limit(1);
  auto first = asking("template={a}");
  const auto same = asking("template={a}");
  BOOST_TEST(!same->finished);
  const auto other = asking("template={b}");
  BOOST_TEST(other->head->status == 200);
  BOOST_TEST(other->finished);
  BOOST_TEST(other->body().starts_with(": the worker has reached its limit of templates"));
  BOOST_TEST(asking("template={b}&poll=5")->head->status == 503);
  BOOST_TEST(limits.value(metrics::Limit::stream_templates) == 2U);
  templates.set_limit(2);
  BOOST_TEST(!asking("template={b}")->finished);
}

BOOST_AUTO_TEST_CASE(a_template_is_covered_by_an_equal_one_or_by_a_pattern) {
  grant_settings.public_topics = {"open/*"};
  BOOST_TEST(!asking("template=open/{id}")->finished);
  BOOST_TEST(asking("template=closed/{id}")->head->status == 401);
  BOOST_TEST(asking("template={id}")->head->status == 401);
}

BOOST_AUTO_TEST_CASE(templates_where_patterns_are_refused) {
  grant_settings.patterns = api::GrantSettings::Patterns::refused;
  BOOST_TEST(asking("template=open/{id}")->head->status == 403);
}

BOOST_AUTO_TEST_CASE(a_name_with_a_brace_says_that_it_is_a_name) {
  BOOST_TEST(
      asking("topic=a/{id}")->news().find(": topic a/{id} is a name; for a URI template use template=") !=
      std::string::npos);
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
