// How a stream begins and ends, whatever fills it.
#include "api/stream/stream_context.hpp"

#include <boost/test/unit_test.hpp>
#include <type_traits>

#include "support/manual_clock.hpp"
#include "support/recording_exchange.hpp"

using namespace std::chrono_literals;
using namespace worker::api;
using worker::support::RecordingExchange;

// A stream that did not come out of begin_stream() would lack its slot, its head, its opening or its end.
static_assert(!std::is_constructible_v<StreamStart, worker::http::Exchange&, StreamSlots::Slot>);

namespace {

struct Silent final : Stream {
  Silent(StreamStart start, bool& destroyed) : Stream(std::move(start)), destroyed_(destroyed) {}
  ~Silent() override { destroyed_ = true; }
  using Stream::close;

 private:
  bool& destroyed_;
};

struct Fixture {
  Silent& begin(RecordingExchange& exchange, std::string_view first = {},
                std::optional<worker::base::Instant> grant_ends = {}) {
    return context.begin_stream<Silent>(exchange, *context.take_slot(exchange, Delivery::stream), grant_ends,
                                        {.first = first}, destroyed);
  }
  void advance(std::chrono::milliseconds by) {
    clock.advance(by);
    timers.fire_due();
  }

  worker::support::ManualClock clock;
  worker::net::Timers timers{clock};
  worker::base::Random random{1};
  worker::metrics::Registry registry;
  worker::metrics::Limits limits{registry};
  StreamSlots slots{1};
  StreamContext context{timers, random, slots, {.retry = 3s, .retry_jitter = 0ms}, limits};
  bool destroyed = false;
  RecordingExchange client{"GET", "/events"};
};

const std::string opening = ": ok\n\nretry: 3000\n\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stream_context_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_head_then_the_opening_and_the_first_bytes_in_one_piece) {
  begin(client, "data: 1\n\n");
  BOOST_TEST(client.head->status == 200);
  BOOST_TEST(client.head_text().find("Content-Type: text/event-stream; charset=utf-8\r\n") !=
             std::string::npos);
  BOOST_REQUIRE(client.writes.size() == 1U);
  BOOST_TEST(client.writes.front() == opening + "data: 1\n\n");
  BOOST_TEST(!client.finished);
}

BOOST_AUTO_TEST_CASE(the_slot_is_held_as_long_as_the_stream) {
  begin(client);
  BOOST_TEST(slots.used() == 1U);
  RecordingExchange other("GET", "/events");
  BOOST_TEST(!context.take_slot(other, Delivery::stream).has_value());
  BOOST_TEST(other.finished);
  BOOST_TEST(other.body().starts_with(": the worker has reached its limit of streams"));
  RecordingExchange poll("GET", "/events");
  BOOST_TEST(!context.take_slot(poll, Delivery::poll).has_value());
  BOOST_TEST(poll.head->status == 503);
  client.source.reset();
  BOOST_TEST(destroyed);
  BOOST_TEST(slots.used() == 0U);
}

BOOST_AUTO_TEST_CASE(a_lifetime_ends_it_and_is_counted) {
  context.update({.retry = 3s, .retry_jitter = 0ms, .lifetime = 100s});
  begin(client);
  advance(80s - 1ms);
  BOOST_TEST(!client.finished);
  advance(20s + 1ms);
  BOOST_TEST(client.finished);
  BOOST_TEST(limits.value(worker::metrics::Limit::lifetime) == 1U);
}

BOOST_AUTO_TEST_CASE(a_stream_that_left_before_its_lifetime_is_not_counted) {
  context.update({.lifetime = 100s});
  begin(client);
  client.source.reset();
  advance(100s);
  BOOST_TEST(!client.finished);
  BOOST_TEST(limits.value(worker::metrics::Limit::lifetime) == 0U);
}

BOOST_AUTO_TEST_CASE(it_ends_with_its_grant_and_says_so) {
  begin(client, {}, clock.now() + 100s);
  advance(95s - 1ms);  // at most a twentieth of the time early
  BOOST_TEST(!client.finished);
  advance(5s + 1ms);
  BOOST_TEST(client.finished);
  BOOST_TEST(client.body() == opening + "event: expired\ndata: {\"reason\":\"expired\"}\n\n");
  BOOST_TEST(limits.value(worker::metrics::Limit::lifetime) == 0U);
}

BOOST_AUTO_TEST_CASE(a_grant_ends_early_by_ten_seconds_at_most_and_never_late) {
  bool early = false;
  for (int i = 0; i < 200; ++i) {
    const auto ends = clock.now() + 1h;
    const auto at = context.jittered(ends);
    BOOST_TEST((at >= ends - 10s && at <= ends));
    early = early || at < ends - 1s;
  }
  BOOST_TEST(early);
  BOOST_TEST((context.jittered(clock.now()) == clock.now()));
}

BOOST_AUTO_TEST_CASE(the_lifetime_comes_first_where_it_is_shorter) {
  context.update({.retry = 3s, .retry_jitter = 0ms, .lifetime = 10s});
  begin(client, {}, clock.now() + 100s);
  advance(10s);
  BOOST_TEST(client.finished);
  BOOST_TEST(client.body() == opening);
  BOOST_TEST(limits.value(worker::metrics::Limit::lifetime) == 1U);
}

BOOST_AUTO_TEST_CASE(without_a_lifetime_it_stays_open) {
  begin(client);
  advance(24h * 365);
  BOOST_TEST(!client.finished);
}

BOOST_AUTO_TEST_CASE(a_worker_that_stops_sends_the_delay) {
  begin(client);
  client.source->drain(5s);
  BOOST_TEST(client.body() == opening + "retry: 5000\n\n");
  BOOST_TEST(client.finished);
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_complete_is_closed) {
  begin(client).close();
  BOOST_TEST(client.body() == opening + "event: close\ndata: {}\n\n");
  BOOST_TEST(client.finished);
}

BOOST_AUTO_TEST_CASE(while_the_history_is_not_loaded) {
  context.answer_try_again(client, Delivery::stream);
  BOOST_TEST(client.finished);
  BOOST_TEST(client.body().starts_with(opening + ": the history "));
  RecordingExchange poll("GET", "/events");
  context.answer_try_again(poll, Delivery::poll);
  BOOST_TEST(poll.head->status == 503);
  BOOST_TEST(poll.head_text().find("Retry-After: 1\r\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
