// The figures: what an event says, when it is made, and that it is made once for all.
#include "api/stats_feed.hpp"

#include <boost/test/unit_test.hpp>

#include "support/addresses.hpp"
#include "support/stats_fixture.hpp"

using namespace std::chrono_literals;
using namespace worker;
using worker::support::StatsFixture;

namespace {

struct Fixture : StatsFixture {
  nlohmann::json data(const api::StatsFeed::Event& event) const { return data_of(*event.wire); }
  void pass(std::chrono::milliseconds time) { clock.advance(time); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stats_feed_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_first_event_has_what_needs_no_time) {
  stalled_closes.add(2);
  metrics.gaps.add(3);
  publish_metrics.rejected.add(4);
  limits.count(metrics::Limit::streams, 5);
  limits.count(metrics::Limit::batch);
  publish_times(7, "t");
  const auto slot = slots.take(worker::support::address("203.0.113.7"), clock.now());
  const auto bytes = event_log().stats().bytes;
  outbox_bytes.set(300);
  outboxes.set(2);
  stream_metrics.unread_bytes.set(4'000);
  for (std::size_t i = 0; i < stream_metrics.by_age.size(); ++i)
    stream_metrics.by_age[i]->set(static_cast<std::int64_t>(i) + 1);
  BOOST_TEST(
      *feed().first().wire ==
      "data: "
      "{\"time\":\"2026-11-22T07:20:00.123Z\",\"streams\":1,\"streams_max\":3,\"stream_source_addresses\":1,"
      "\"stalled_closes_total\":2,\"gaps_total\":3,\"rejected_events_total\":4,\"limit_reached_total\":6,"
      "\"history_events\":7,\"history_bytes\":" +
          std::to_string(bytes) +
          ",\"memory_bytes\":12345678,\"outbox_bytes\":300,\"outbox_connections\":2,\"unread_bytes\":4000,"
          "\"streams_by_age\":{\"under_1m\":1,\"under_10m\":2,\"under_1h\":3,\"under_1d\":4,\"over_1d\":5}}"
          "\n\n");
}

BOOST_AUTO_TEST_CASE(rates_are_those_of_the_time_that_passed) {
  metrics.delivered_events.add(1'000'000);
  publish_metrics.events.add(50);
  feed().first();
  metrics.delivered_events.add(3'000);
  metrics.delivered_bytes.add(90'001);
  metrics.flushes.add(60);
  publish_metrics.events.add(15);
  stats.cpu_time += 450ms;
  for (const unsigned events : {1U, 2U, 6U}) metrics.events_per_flush.observe(events);
  pass(1'500ms);
  const auto said = data(feed().current());
  BOOST_TEST(said["seconds"] == 1.5);
  BOOST_TEST(said["delivered_events_per_second"] == 2'000.0);
  BOOST_TEST(said["delivered_bytes_per_second"] == 60'000.7);
  BOOST_TEST(said["published_events_per_second"] == 10.0);
  BOOST_TEST(said["flushes_per_second"] == 40.0);
  BOOST_TEST(said["events_per_flush"] == 3.0);
  BOOST_TEST(said["cpu_cores"] == 0.3);
  pass(1s);
  const auto still = data(feed().current());
  BOOST_TEST(still["delivered_events_per_second"] == 0.0);
  BOOST_TEST(still["cpu_cores"] == 0.0);
}

BOOST_AUTO_TEST_CASE(latencies_are_those_of_the_time_that_passed) {
  for (int i = 0; i < 50; ++i) publish_metrics.latency.observe(900);
  feed().first();
  for (int i = 0; i < 100; ++i) publish_metrics.latency.observe(150);
  for (int i = 0; i < 4; ++i) loop_lag.observe(10);
  metrics.delivery_time.observe(2'000, 10);
  pass(1s);
  const auto said = data(feed().current());
  BOOST_TEST(said["publish_seconds"].dump() == R"({"p50":0.000175,"p99":0.000249})");
  BOOST_TEST(said["delivery_seconds"].dump() == R"({"p50":0.00175,"p99":0.002485})");
  BOOST_TEST(said["loop_lag_seconds"].dump() == R"({"p50":0.0005,"p99":0.00099})");
}

BOOST_AUTO_TEST_CASE(what_was_not_observed_is_null) {
  feed().first();
  pass(1s);
  const auto said = data(feed().current());
  for (const auto* key : {"events_per_flush", "publish_seconds", "delivery_seconds", "loop_lag_seconds"})
    BOOST_TEST(said.at(key).is_null(), key);
}

BOOST_AUTO_TEST_CASE(the_busiest_topics_where_they_may_be_named) {
  event_log().log().set_busiest_topics(2);
  publish_times(12, "a");
  publish_times(60, "b");
  publish_times(6, "c");
  BOOST_TEST(!data(feed().first()).contains("busiest_topics"));
  feed().set_names_topics(true);
  pass(1s);
  BOOST_TEST(data(feed().current())["busiest_topics"].dump() ==
             R"([{"events_per_second":0.98,"topic":"b"},{"events_per_second":0.2,"topic":"a"}])");
}

BOOST_AUTO_TEST_CASE(one_event_an_interval_for_all_who_ask) {
  feed().first();
  for (int i = 0; i < 5; ++i) {
    pass(999ms);
    const auto before = feed().current().number;
    pass(1ms);
    const auto event = feed().current();
    BOOST_TEST(event.number == before + 1);
    for (int reader = 0; reader < 3; ++reader) BOOST_TEST((feed().current().wire == event.wire));
    BOOST_TEST((feed().first().wire == event.wire));
    BOOST_TEST(made == 2 + i);
  }
}

BOOST_AUTO_TEST_CASE(a_late_turn_shifts_nothing_that_follows) {
  feed().first();
  const auto begun = clock.now();
  pass(1'300ms);
  feed().current();
  BOOST_TEST((feed().due() == begun + 2s));
  pass(5s);
  feed().current();
  BOOST_TEST((feed().due() == begun + 7'300ms), "nor are missed ones made up for");
}

BOOST_AUTO_TEST_CASE(after_a_time_without_readers_it_begins_anew) {
  feed().first();
  pass(1s);
  BOOST_TEST(data(feed().current()).contains("seconds"));
  metrics.delivered_events.add(1'000);
  pass(1h);
  BOOST_TEST(!data(feed().first()).contains("seconds"));
  BOOST_TEST((feed().due() == clock.now() + 1s));
  pass(1s);
  BOOST_TEST(data(feed().current())["delivered_events_per_second"] == 0.0,
             "an hour's events are no second's");
}

BOOST_AUTO_TEST_CASE(another_interval) {
  feed().set_interval(250ms);
  feed().first();
  BOOST_TEST((feed().due() == clock.now() + 250ms));
  pass(250ms);
  BOOST_TEST(data(feed().current())["seconds"] == 0.25);
}

BOOST_AUTO_TEST_SUITE_END()
