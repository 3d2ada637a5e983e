// The greeting stream: exact bytes at exact times.
#include "api/greeting.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <vector>

#include "support/manual_clock.hpp"
#include "support/recording_exchange.hpp"

using namespace std::chrono_literals;
using namespace worker::api;
using worker::support::RecordingExchange;

namespace {

struct Fixture {
  worker::support::ManualClock clock;
  worker::net::Timers timers{clock};
  worker::base::Random random{1};
  worker::metrics::Registry registry;
  worker::metrics::Limits limits{registry};
  StreamSlots slots{2};
  StreamSettings streams{.retry = 3s, .retry_jitter = 0ms};

  void advance(std::chrono::milliseconds by) {
    clock.advance(by);
    timers.fire_due();
  }
  void serve(RecordingExchange& exchange, const GreetingSettings& settings = {}) {
    contexts.push_back(std::make_unique<StreamContext>(timers, random, slots, streams, limits));
    endpoints.push_back(std::make_unique<GreetingEndpoint>(*contexts.back(), settings));
    endpoints.back()->serve(exchange);
  }
  std::vector<std::unique_ptr<StreamContext>> contexts;
  std::vector<std::unique_ptr<GreetingEndpoint>> endpoints;
};

const std::string opening = ": ok\n\nretry: 3000\n\n";
const std::string close_frame = "event: close\ndata: {}\n\n";

std::string greeting_at(const std::string& time, const std::string& message = "Hello World") {
  return R"(data: {"message":")" + message + R"(","timestamp":"2026-11-22T)" + time + "Z\"}\n\n";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(greeting_suite, Fixture)

BOOST_AUTO_TEST_CASE(five_greetings_two_seconds_apart_and_the_close) {
  RecordingExchange reader("GET", "/events");
  serve(reader);
  BOOST_TEST(reader.head->status == 200);
  BOOST_TEST(reader.head_text().find("Content-Type: text/event-stream; charset=utf-8\r\n") !=
             std::string::npos);
  BOOST_TEST(reader.writes.size() == 1U);  // the opening and the first greeting in one piece
  BOOST_TEST(reader.news() == opening + greeting_at("07:20:00.123"));
  for (const auto* time : {"07:20:02.123", "07:20:04.123", "07:20:06.123", "07:20:08.123"}) {
    advance(1'999ms);
    BOOST_TEST(reader.news() == "");
    advance(1ms);
    BOOST_TEST(reader.news() == greeting_at(time));
  }
  advance(1'999ms);
  BOOST_TEST(reader.news() == "");
  BOOST_TEST(!reader.finished);
  advance(1ms);
  BOOST_TEST(reader.news() == close_frame);
  BOOST_TEST(reader.finished);
  BOOST_TEST(!timers.next());
}

// As `channel=a` would be.
BOOST_AUTO_TEST_CASE(who_asks_for_something_is_told_how) {
  worker::http::Request asked{
      .method = "GET", .path = "/events", .query = worker::http::Query::parse("channel=a")};
  RecordingExchange reader(std::move(asked));
  serve(reader);
  BOOST_TEST(reader.news() ==
             opening + ": the request has no topic, so this is the greeting stream; add topic=NAME\n\n" +
                 greeting_at("07:20:00.123"));
}

BOOST_AUTO_TEST_CASE(each_stream_has_its_own_clock) {
  RecordingExchange first("GET", "/events");
  RecordingExchange second("GET", "/events");
  serve(first);
  advance(500ms);
  serve(second);
  BOOST_TEST(second.news() == opening + greeting_at("07:20:00.623"));
  first.news();
  advance(1'500ms);
  BOOST_TEST(first.news() == greeting_at("07:20:02.123"));
  BOOST_TEST(second.news() == "");
  advance(500ms);
  BOOST_TEST(first.news() == "");
  BOOST_TEST(second.news() == greeting_at("07:20:02.623"));
  for (int i = 0; i < 15; ++i) advance(500ms);
  BOOST_TEST(first.finished);
  BOOST_TEST(!second.finished);
  advance(500ms);
  BOOST_TEST(second.finished);
}

BOOST_AUTO_TEST_CASE(a_late_turn_shifts_nothing_that_follows) {
  RecordingExchange reader("GET", "/events");
  serve(reader);
  reader.news();
  advance(2'700ms);
  BOOST_TEST(reader.news() == greeting_at("07:20:02.823"));
  advance(1'299ms);
  BOOST_TEST(reader.news() == "");
  advance(1ms);
  BOOST_TEST(reader.news() == greeting_at("07:20:04.123"));
}

BOOST_AUTO_TEST_CASE(a_turn_after_the_end_closes) {
  RecordingExchange reader("GET", "/events");
  serve(reader);
  reader.news();
  advance(1h);
  BOOST_TEST(reader.news() == close_frame);
  BOOST_TEST(reader.finished);
}

BOOST_AUTO_TEST_CASE(the_settings_decide) {
  RecordingExchange reader("GET", "/events");
  serve(reader, {.message = "Hi", .interval = 300ms, .duration = 500ms});
  BOOST_TEST(reader.news() == opening + greeting_at("07:20:00.123", "Hi"));
  advance(300ms);
  BOOST_TEST(reader.news() == greeting_at("07:20:00.423", "Hi"));
  advance(200ms);
  BOOST_TEST(reader.news() == close_frame);
}

BOOST_AUTO_TEST_CASE(an_interval_longer_than_the_duration) {
  RecordingExchange reader("GET", "/events");
  serve(reader, {.interval = 10s, .duration = 3s});
  reader.news();
  advance(3s);
  BOOST_TEST(reader.news() == close_frame);
}

BOOST_AUTO_TEST_CASE(no_duration_is_one_greeting_and_the_close) {
  RecordingExchange reader("GET", "/events");
  serve(reader, {.duration = 0ms});
  BOOST_TEST(reader.news() == opening + greeting_at("07:20:00.123"));
  advance(0ms);
  BOOST_TEST(reader.news() == close_frame);
}

BOOST_AUTO_TEST_CASE(a_message_that_needs_escaping) {
  RecordingExchange reader("GET", "/events");
  serve(reader, {.message = "a\"b\\\n\r\nevent: close\xff\xc3\xa9"});
  BOOST_TEST(reader.news() ==
             opening + greeting_at("07:20:00.123", "a\\\"b\\\\\\n\\r\\nevent: close\xef\xbf\xbd\xc3\xa9"));
}

BOOST_AUTO_TEST_CASE(draining_tells_when_to_come_back) {
  RecordingExchange reader("GET", "/events");
  serve(reader);
  reader.news();
  reader.source->drain(4'321ms);
  BOOST_TEST(reader.news() == "retry: 4321\n\n");
  BOOST_TEST(reader.finished);
  reader.source.reset();
  advance(1h);
  BOOST_TEST(reader.news() == "");
}

BOOST_AUTO_TEST_CASE(one_stream_more_than_there_may_be) {
  std::vector<RecordingExchange> readers;
  readers.reserve(3);
  for (int i = 0; i < 3; ++i) readers.emplace_back("GET", "/events");
  for (auto& reader : readers) serve(reader);
  BOOST_TEST(slots.used() == 2U);
  BOOST_TEST(readers[2].finished);
  BOOST_TEST(readers[2].source == nullptr);
  // An EventSource that saw a 503 would never return.
  BOOST_TEST(readers[2].head->status == 200);
  BOOST_TEST(readers[2].body().starts_with(
      ": the worker has reached its limit of streams; reconnect later\n\nretry: "));
  BOOST_TEST(limits.value(worker::metrics::Limit::streams) == 1U);
}

BOOST_AUTO_TEST_CASE(a_reader_who_leaves_frees_the_slot_and_is_forgotten) {
  for (int i = 0; i < 5; ++i) {
    RecordingExchange reader("GET", "/events");
    serve(reader);
    BOOST_TEST(slots.used() == 1U);
    advance(3s);
    reader.source.reset();
    BOOST_TEST(slots.used() == 0U);
    BOOST_TEST(!timers.next());
  }
}

BOOST_AUTO_TEST_SUITE_END()
