// The stream of figures: who may read it, and when its events are sent.
#include "api/stats.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <vector>

#include "support/recording_exchange.hpp"
#include "support/stats_fixture.hpp"

using namespace std::chrono_literals;
using namespace worker;
using namespace worker::support;
using Readers = api::StatsSettings::Readers;

namespace {

struct Fixture : StatsFixture {
  api::StreamContext& context() {
    if (!context_) context_.emplace(timers, random, slots, streams, limits);
    return *context_;
  }
  api::StatsEndpoint& endpoint() {
    if (!endpoint_) endpoint_.emplace(context(), feed(), settings_of_stats, access);
    return *endpoint_;
  }
  std::unique_ptr<RecordingExchange> asking(const std::string& address = "127.0.0.1",
                                            const std::string& query = {}) {
    auto exchange = std::make_unique<RecordingExchange>(
        http::Request{.method = "GET",
                      .path = "/events",
                      .query = http::Query::parse(query),
                      .remote_address = http::RemoteAddress::parse(address)});
    endpoint().serve(*exchange);
    return exchange;
  }
  /// The answer's status; a stream that opened is left at once.
  int status_for(const std::string& address) { return asking(address)->head->status; }
  void pass(std::chrono::milliseconds time) {
    clock.advance(time);
    timers.fire_due();
  }

  net::Timers timers{clock};
  base::Random random{1};
  api::StreamSettings streams{.retry = 3s, .retry_jitter = 0ms};
  api::StatsSettings settings_of_stats;
  api::Access access;

 private:
  std::optional<api::StreamContext> context_;
  std::optional<api::StatsEndpoint> endpoint_;
};

const std::string opening = ": ok\n\nretry: 3000\n\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stats_suite, Fixture)

BOOST_AUTO_TEST_CASE(one_event_at_once_and_one_a_second) {
  const auto reader = asking();
  BOOST_TEST(reader->head->status == 200);
  BOOST_TEST(reader->head_text().find("Content-Type: text/event-stream; charset=utf-8\r\n") !=
             std::string::npos);
  const auto first = reader->news();
  BOOST_TEST(first.starts_with(opening + "data: {\"time\":\"2026-11-22T07:20:00.123Z\",\"streams\":1,"));
  for (int i = 0; i < 3; ++i) {
    pass(999ms);
    BOOST_TEST(reader->news() == "");
    pass(1ms);
    BOOST_TEST(data_of(reader->news())["seconds"] == 1.0);
  }
  BOOST_TEST(!reader->finished);
}

BOOST_AUTO_TEST_CASE(nothing_is_made_while_nobody_reads) {
  endpoint();
  BOOST_TEST(!timers.next());
  asking()->source.reset();
  pass(1s);
  BOOST_TEST(!timers.next());
  BOOST_TEST(slots.used() == 0U);
  pass(1h);
  BOOST_TEST(made == 1);
}

BOOST_AUTO_TEST_CASE(all_get_the_same_bytes_however_late_they_came) {
  const auto first = asking();
  pass(1s);
  pass(600ms);
  const auto second = asking();
  BOOST_TEST(made == 2);
  const auto told = first->news();
  const auto latest = told.substr(told.rfind("data: "));
  BOOST_TEST(second->news() == opening + latest, "the last event at once");
  pass(399ms);
  BOOST_TEST(first->news() + second->news() == "");
  pass(1ms);
  const auto event = first->news();
  BOOST_TEST(event != "");
  BOOST_TEST(second->news() == event);
  BOOST_TEST(made == 3);
}

BOOST_AUTO_TEST_CASE(readers_on_several_loops_share_the_events) {
  net::Timers others{clock};
  api::StreamContext others_context(others, random, slots, streams, limits);
  api::StatsEndpoint other(others_context, feed(), settings_of_stats, access);
  const auto here = asking();
  RecordingExchange there(http::Request{.remote_address = http::RemoteAddress::parse("::1")});
  other.serve(there);
  BOOST_TEST(there.news() == here->news());
  for (int i = 0; i < 4; ++i) {
    clock.advance(1s);
    (i % 2 == 0 ? timers : others).fire_due();
    (i % 2 == 0 ? others : timers).fire_due();
    const auto event = here->news();
    BOOST_TEST(data_of(event)["seconds"] == 1.0);
    BOOST_TEST(there.news() == event);
  }
  BOOST_TEST(made == 5);
}

BOOST_AUTO_TEST_CASE(who_came_after_an_event_was_made_does_not_get_it_twice) {
  net::Timers others{clock};
  api::StreamContext others_context(others, random, slots, streams, limits);
  api::StatsEndpoint other(others_context, feed(), settings_of_stats, access);
  const auto here = asking();
  RecordingExchange before(http::Request{.remote_address = http::RemoteAddress::parse("::1")});
  RecordingExchange after(http::Request{.remote_address = http::RemoteAddress::parse("::1")});
  other.serve(before);
  before.news();
  clock.advance(1s);
  timers.fire_due();
  other.serve(after);
  const auto told = after.news();
  // Its loop tells the one who was there before only now.
  others.fire_due();
  BOOST_TEST(after.news() == "");
  BOOST_TEST(told == opening + before.news());
}

BOOST_AUTO_TEST_CASE(a_reader_who_takes_nothing_gets_a_later_event) {
  const auto slow = asking();
  const auto quick = asking();
  slow->news();
  slow->full = true;
  for (int i = 0; i < 3; ++i) pass(1s);
  BOOST_TEST(slow->news() == "");
  quick->news();
  slow->full = false;
  pass(1s);
  BOOST_TEST(slow->news() == quick->news());
}

BOOST_AUTO_TEST_CASE(by_default_who_is_on_this_machine) {
  for (const auto* address : {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"})
    BOOST_TEST(status_for(address) == 200, address);
  for (const auto* address : {"203.0.113.9", "10.0.0.1", "1.127.0.0", "::", "::2", "fe80::1",
                              "::ffff:10.0.0.1", "1270::1", "unix:", ""}) {
    BOOST_TEST(status_for(address) == 401, address);
  }
  BOOST_TEST(slots.used() == 0U);
  const auto refused = asking("203.0.113.9");
  BOOST_TEST(
      refused->body() ==
      R"({"type":"about:blank","title":"Unauthorized","status":401,"detail":"This request comes from 203.0.113.9: )"
      R"(topic: $stats is for the worker's own machine, or needs `Authorization: Bearer` with the publish key )"
      R"((publish.key or publish.key_file); the operator can change stats.allowed in the configuration."})"
      "\n");
  BOOST_TEST(asking("")->body().find("sends no REMOTE_ADDR") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(or_anyone_or_nobody) {
  settings_of_stats.readers = Readers::anyone;
  for (const auto* address : {"127.0.0.1", "203.0.113.9", ""})
    BOOST_TEST(status_for(address) == 200, address);
  endpoint().update({.readers = Readers::nobody});
  for (const auto* address : {"127.0.0.1", "203.0.113.9", ""})
    BOOST_TEST(status_for(address) == 403, address);
  BOOST_TEST(asking()->body().find("$stats is disabled by stats.allowed ") != std::string::npos);
}

// Whoever may read what, topics are named to those only who may be told all of the operator's.
BOOST_AUTO_TEST_CASE(topics_are_not_named_to_anyone) {
  event_log().log().set_busiest_topics(3);
  publish_times(6, "a");
  const auto names = [&] { return asking()->body().find(R"("topic":"a")") != std::string::npos; };
  BOOST_TEST(names());
  endpoint().update({.readers = Readers::anyone});
  pass(1h);
  publish_times(6, "a");
  BOOST_TEST(!names());
  BOOST_TEST(asking()->body().find("busiest_topics") == std::string::npos);
  endpoint().update({.readers = Readers::nobody});
  endpoint().update({});
  pass(1h);
  publish_times(6, "a");
  BOOST_TEST(names());
}

BOOST_AUTO_TEST_CASE(who_reads_already_goes_on_after_a_change) {
  const auto reader = asking();
  endpoint().update({.readers = Readers::nobody, .interval = 200ms});
  reader->news();
  pass(1s);
  BOOST_TEST(reader->news() != "");
  pass(200ms);
  BOOST_TEST(data_of(reader->news())["seconds"] == 0.2);
}

BOOST_AUTO_TEST_CASE(one_stream_more_than_there_may_be) {
  std::vector<std::unique_ptr<RecordingExchange>> readers(4);
  for (auto& reader : readers) reader = asking();
  BOOST_TEST(readers[3]->head->status == 200);
  BOOST_TEST(readers[3]->finished);
  BOOST_TEST(readers[3]->body().starts_with(
      ": the worker has reached its limit of streams; reconnect later\n\nretry: "));
  BOOST_TEST(limits.value(metrics::Limit::streams) == 1U);
  readers.pop_back();
  readers.pop_back();
  BOOST_TEST(slots.used() == 2U);
}

BOOST_AUTO_TEST_CASE(draining_tells_when_to_come_back) {
  const auto reader = asking();
  reader->news();
  reader->source->drain(4'321ms);
  BOOST_TEST(reader->news() == "retry: 4321\n\n");
  BOOST_TEST(reader->finished);
  pass(1s);
  BOOST_TEST(reader->news() == "");
}

BOOST_AUTO_TEST_CASE(it_lives_as_long_as_a_stream_may) {
  streams.lifetime = 10s;
  const auto reader = asking();
  for (int i = 0; i < 7; ++i) pass(1s);
  BOOST_TEST(!reader->finished);
  for (int i = 0; i < 3; ++i) pass(1s);
  BOOST_TEST(reader->finished);
  BOOST_TEST(limits.value(metrics::Limit::lifetime) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
