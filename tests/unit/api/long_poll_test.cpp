// GET /events with `poll`: one JSON answer at a time, and a cursor to ask on with that never loses an event.
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "support/events_fixture.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : EventsFixture {
  Fixture() : EventsFixture(100) { streams = {}; }
  void serve(RecordingExchange& exchange) { endpoint().serve(exchange); }
  std::string answered(const std::string& query) {
    const auto exchange = asking(query);
    BOOST_TEST(exchange->finished);
    return exchange->body();
  }
};

std::string event(const std::string& id, const std::string& data = "x", const std::string& topic = "a",
                  const std::string& type = "message") {
  return fmt::format(R"({{"id":"{}","event":"{}","data":"{}","topics":["{}"]}})", id, type, data, topic);
}
std::string answer(const std::string& events, const std::string& last, const std::string& more = {},
                   const std::string& topics = "topic=a") {
  return fmt::format(R"({{"events":[{0}],"lastEventId":"{1}","stream":"/events?{2}&lastEventId={1}"{3}}})"
                     "\n",
                     events, last, topics, more);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(long_poll_suite, Fixture)

BOOST_AUTO_TEST_CASE(at_once_where_there_is_something) {
  publish("a");
  append({.topics = {"a"}, .event = {.data = "1\n2", .type = "t", .id = "own"}});
  const auto poll = asking("topic=a&poll=5&lastEventId=e-0");
  BOOST_TEST(poll->head_text() == fmt::format("Status: 200 OK\r\nContent-Type: application/json\r\n"
                                              "Content-Length: {}\r\nCache-Control: no-store\r\n"
                                              "X-Content-Type-Options: nosniff\r\n\r\n",
                                              poll->body().size()));
  BOOST_TEST(poll->body() == answer(event("e-1") + "," + event("own", "1\\n2", "a", "t"), "own"));
}

BOOST_AUTO_TEST_CASE(a_name_that_looks_like_a_pattern_is_said_to_be_none) {
  const auto poll = asking("topic=a*&poll=0");
  turn();
  BOOST_TEST(
      poll->body() ==
      answer("", "e-0",
             R"(,"notice":"topic a* is a name, not a pattern; patterns are * and names that end in /*")",
             "topic=a*"));
}

BOOST_AUTO_TEST_CASE(else_as_soon_as_there_is) {
  const auto poll = asking("topic=a&poll=5");
  settle();
  publish("b");
  settle();
  BOOST_TEST(!poll->finished);
  publish("a");
  turn();
  BOOST_TEST(poll->body() == answer(event("e-2"), "e-2"));
}

BOOST_AUTO_TEST_CASE(empty_when_the_time_is_up) {
  const auto poll = asking("topic=a&poll=5");
  advance(4'999ms);
  BOOST_TEST(!poll->finished);
  advance(1ms);
  BOOST_TEST(poll->body() == answer("", "e-0"));
  BOOST_TEST(poll->finished);
}

BOOST_AUTO_TEST_CASE(not_longer_than_is_allowed) {
  streams.poll_max = 2s;
  const auto poll = asking("topic=a&poll=31536000");
  advance(1'999ms);
  BOOST_TEST(!poll->finished);
  advance(1ms);
  BOOST_TEST(poll->finished);
}

BOOST_AUTO_TEST_CASE(zero_seconds_ask_without_waiting) {
  publish("a");
  const auto poll = asking("topic=a&poll=0");
  turn();
  BOOST_TEST(poll->body() == answer("", "e-1"));
}

BOOST_AUTO_TEST_CASE(earliest_becomes_a_cursor) {
  const auto poll = asking("topic=a&poll=0&lastEventId=earliest");
  turn();
  BOOST_TEST(poll->body() == answer("", "e-0"));
  publish("a");
  BOOST_TEST(answered("topic=a&poll=0&lastEventId=earliest") == answer(event("e-1"), "e-1"));
}

BOOST_AUTO_TEST_CASE(the_cursor_is_repeated_where_nothing_came) {
  append(draft_with_id("a", "own"));
  const auto poll = asking("topic=a&poll=1&lastEventId=own");
  advance(1s);
  BOOST_TEST(poll->body() == answer("", "own"));
}

// --- the stream that goes on from here ---

BOOST_AUTO_TEST_CASE(where_to_stream_from) {
  const auto stream = [&](const std::string& query) {
    const auto poll = asking(query);
    turn();
    const auto body = nlohmann::json::parse(poll->body());
    return body.contains("stream") ? body.at("stream").get<std::string>() : "none";
  };
  BOOST_TEST(stream("topic=a&poll=0") == "/events?topic=a&lastEventId=e-0");
  BOOST_TEST(stream("poll=0&topic=b/*&topic=%D1%8F%26+x&_=1&heartbeat=event") ==
             "/events?topic=b/*&topic=%D1%8F%26%20x&heartbeat=event&lastEventId=e-0");
  append(draft_with_id("a", "own & odd"));
  BOOST_TEST(stream("topic=a&poll=0&lastEventId=e-0") == "/events?topic=a&lastEventId=own%20%26%20odd");
}

BOOST_AUTO_TEST_CASE(it_takes_the_reader_on_without_loss_or_repeat) {
  publish_times(3, "a");
  const auto stream =
      nlohmann::json::parse(answered("topic=a&poll=0&lastEventId=e-1")).at("stream").get<std::string>();
  publish("a");
  const auto reader = asking(stream.substr(stream.find('?') + 1));
  BOOST_TEST(reader->body().ends_with("id: e-3\n\ndata: x\nid: e-4\n\n"));
}

// It would not fit the buffer of a web server; POST takes such a subscription.
BOOST_AUTO_TEST_CASE(none_where_the_address_would_be_too_long) {
  const auto query = [](std::size_t size) { return "poll=0&topic=" + std::string(size, 'a'); };
  streams.topic_bytes_max = 10'000;
  const auto fixed = std::string("/events?topic=&lastEventId=e-0").size();
  const auto longest = asking(query(8'000 - fixed));
  const auto longer = asking(query(8'001 - fixed));
  turn();
  BOOST_TEST(longest->body().find("\"stream\"") != std::string::npos);
  BOOST_TEST(longer->body().find("\"stream\"") == std::string::npos);
}

// The client has not shown that it knows the other topics of the event.
BOOST_AUTO_TEST_CASE(only_the_topics_that_were_asked_for) {
  publish("a b/1 b/2 c");
  const auto topics = [&](const std::string& query) {
    return nlohmann::json::parse(answered(query + "&poll=0&lastEventId=e-0"))["events"][0]["topics"].dump();
  };
  BOOST_TEST(topics("topic=a") == R"(["a"])");
  BOOST_TEST(topics("topic=b/*") == R"(["b/1","b/2"])");
  BOOST_TEST(topics("topic=c&topic=a") == R"(["a","c"])");
  BOOST_TEST(topics("topic=*") == R"(["a","b/1","b/2","c"])");
}

// Nobody reads its body.
BOOST_AUTO_TEST_CASE(a_head_request_does_not_wait) {
  asking("topic=a&poll=0");
  http::Request asked{.method = "HEAD", .path = "/events", .query = http::Query::parse("topic=a&poll=30")};
  RecordingExchange exchange(std::move(asked));
  serve(exchange);
  turn();
  BOOST_TEST(exchange.finished);
  BOOST_TEST(exchange.head->status == 200);
}

// --- gaps and ends ---

BOOST_AUTO_TEST_CASE(a_gap_is_told_at_once) {
  const auto poll = asking("topic=a&poll=5&lastEventId=x");
  turn();
  BOOST_TEST(poll->body() ==
             answer("", "e-0", R"(,"gap":{"reason":"unknown","lastEventId":"x","resumedFrom":"e-0"})"));
  publish("a");
  BOOST_TEST(answered("topic=a&poll=5&lastEventId=d-1") ==
             answer(event("e-1"), "e-1",
                    R"(,"gap":{"reason":"restarted","lastEventId":"d-1","resumedFrom":"e-0"})"));
  BOOST_TEST(metrics.gaps.value() == 2U);
}

BOOST_AUTO_TEST_CASE(the_last_event_and_the_end_in_one_answer) {
  const auto poll = asking("topic=a&poll=5");
  append(closing("a", "bye"));
  settle();
  BOOST_TEST(poll->body() == answer(event("e-1", "bye"), "e-1", R"(,"closed":true)"));
}

BOOST_AUTO_TEST_CASE(who_has_it_all_is_told_the_end_at_once) {
  append(closing("a", "bye"));
  BOOST_TEST(answered("topic=a&poll=5&lastEventId=e-1") == answer("", "e-1", R"(,"closed":true)"));
  BOOST_TEST(answered("topic=a&poll=5") == answer(event("e-1", "bye"), "e-1", R"(,"closed":true)"));
}

BOOST_AUTO_TEST_CASE(one_of_two_topics_is_not_the_end) {
  append(closing("a", "bye"));
  BOOST_TEST(answered("topic=a&topic=b&poll=5&lastEventId=e-0") ==
             answer(event("e-1", "bye"), "e-1", "", "topic=a&topic=b"));
}

BOOST_AUTO_TEST_CASE(a_silent_close) {
  append({.topics = {"a"}, .event = {}, .silent = true, .closes = true});
  BOOST_TEST(answered("topic=a&poll=5&lastEventId=e-0") == answer("", "e-1", R"(,"closed":true)"));
}

// Nothing is granted to it.
BOOST_AUTO_TEST_CASE(private_events_are_in_no_answer) {
  append(privately(draft_with_id("a", "own", "secret")));
  publish("a");
  append(privately(draft("a b", "secret")));
  BOOST_TEST(answered("topic=a&poll=5&lastEventId=e-0") == answer(event("e-2"), "e-2"));
  BOOST_TEST(
      answered("topic=a&poll=5&lastEventId=own") ==
      answer(event("e-2"), "e-2", R"(,"gap":{"reason":"unknown","lastEventId":"own","resumedFrom":"e-0"})"));
  const auto poll = asking("topic=a&poll=5&lastEventId=e-2");
  append(privately(draft("a", "secret")));
  settle();
  BOOST_TEST(!poll->finished);
  append(privately(closing("a", "secret")));
  settle();
  BOOST_TEST(poll->body() == answer("", "e-2", R"(,"closed":true)"));
}

// --- whoever loops loses nothing ---

BOOST_AUTO_TEST_CASE(a_loop_sees_every_event_once) {
  std::string last = "e-0";
  std::string seen;
  for (int i = 0; i < 200; ++i) {
    publish_times(i % 4, i % 3 == 0 ? "b" : "a", std::string(static_cast<std::size_t>(i * 97 % 900), 'x'));
    const auto poll = asking("topic=a&poll=1&lastEventId=" + last);
    if (i % 2 == 0) publish("a");
    if (i % 5 == 0) turn();
    if (i % 7 == 0) publish("a");
    settle();
    advance(1s);
    const auto body = nlohmann::json::parse(poll->body());
    for (const auto& one : body.at("events")) seen += one.at("id").get<std::string>() + " ";
    last = body.at("lastEventId");
    BOOST_TEST(!body.contains("gap"));
  }
  std::string expected;
  const auto held = event_log().read(select("a"), 0, event_log().last(), std::string::npos, 0).entries;
  for (const auto& entry : held) expected += event_log().id_of(*entry) + " ";
  BOOST_TEST(seen == expected);
  BOOST_TEST(slots.used() == 0U);
  BOOST_TEST(metrics.subscribers.value() == 0);
}

// A long history comes in answers of a bounded size.
BOOST_AUTO_TEST_CASE(a_long_history_in_several_answers) {
  publish_times(9, "a", std::string(33'000, 'x'));
  std::string last = "e-0";
  std::string sizes;
  while (last != "e-9") {
    const auto body = nlohmann::json::parse(answered("topic=a&poll=1&lastEventId=" + last));
    sizes += fmt::format("{} ", body.at("events").size());
    last = body.at("lastEventId");
  }
  BOOST_TEST(sizes == "3 3 3 ");
}

// --- other ends ---

BOOST_AUTO_TEST_CASE(a_drain_answers_it) {
  const auto poll = asking("topic=a&poll=5");
  poll->source->drain(1s);
  BOOST_TEST(poll->body() == answer("", "e-0"));
}

BOOST_AUTO_TEST_CASE(leaving_frees_everything) {
  auto poll = asking("topic=a&poll=5");
  BOOST_TEST(slots.used() == 1U);
  poll.reset();
  BOOST_TEST(slots.used() == 0U);
  publish("a");
  settle();
  advance(10s);
}

BOOST_AUTO_TEST_CASE(after_its_answer_nothing_more_goes_out) {
  const auto poll = asking("topic=a&poll=5");
  publish("a");
  settle();
  const auto body = poll->body();
  publish("a");
  settle();
  advance(10s);
  BOOST_TEST(poll->body() == body);
}

BOOST_AUTO_TEST_CASE(heartbeats_are_not_for_it) {
  const auto poll = asking("topic=a&poll=50");
  for (int i = 0; i < 3; ++i) advance(15s);
  BOOST_TEST(!poll->finished);
  BOOST_TEST(poll->body() == "");
}

BOOST_AUTO_TEST_SUITE_END()
