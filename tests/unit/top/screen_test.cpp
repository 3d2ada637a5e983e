#include "top/screen.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace worker::top;

namespace {

constexpr auto event =
    R"({"time":"2026-11-22T07:20:00.123Z","streams":12345,"streams_max":20000,"stream_source_addresses":45,)"
    R"("stalled_closes_total":3,"gaps_total":2,"rejected_events_total":1,"limit_reached_total":4,"history_events":1234567,)"
    R"("history_bytes":12345678,"memory_bytes":45678901,"seconds":1,"delivered_events_per_second":1234.5,)"
    R"("delivered_bytes_per_second":3400000,"published_events_per_second":12.34,"publish_seconds":{"p50":0.0003,"p99":0.0012},)"
    R"("delivery_seconds":{"p50":0.002,"p99":1.5},"loop_lag_seconds":null,"cpu_cores":0.125,"outbox_bytes":1234,)"
    R"("outbox_connections":3,"unread_bytes":567890,"streams_by_age":{"under_1m":1,"under_10m":2,"under_1h":3,"under_1d":4,)"
    R"("over_1d":5678},"busiest_topics":[{"topic":"a","events_per_second":1234.5},{"topic":"b\u001b[2J","events_per_second":1}]})";

View view() {
  View view{.address = "http://a/events", .store = "ok"};
  view.add(*figures_of(event));
  return view;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(screen_suite)

BOOST_AUTO_TEST_CASE(what_it_shows) {
  const auto lines = screen(view(), 100, 80);
  const std::vector<std::string> expected = {
      "sse-worker top  http://a/events  2026-11-22T07:20:00.123Z",
      "",
      "streams     12,345 of 20,000 (61.7 %), from 45 addresses",
      "age         1 < 1 min, 2 < 10 min, 3 < 1 h, 4 < 1 day, 5,678 older",
      "published   12.3/s",
      "            █",
      "delivered   1,234/s, 3.4 MB/s",
      "            █",
      "slow        3 readers closed, 2 gaps told",
      "waiting     1.2 KB in the worker for 3 connections, 567.9 KB in sockets",
      "refused     1 events, 4 times a limit",
      "publish     p50 0.30 ms, p99 1.20 ms",
      "delivery    p50 2.00 ms, p99 1.50 s",
      "loop lag    -",
      "history     1,234,567 events, 12.3 MB",
      "store       ok",
      "memory      45.7 MB, 0.12 cores",
      "busiest        1,234/s  a",
      "                 1.0/s  b\\x1b[2J"};
  BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_fits_any_terminal) {
  for (const std::size_t rows : {1, 2, 5, 100}) {
    for (const std::size_t columns : {1, 2, 11, 12, 13, 80, 1000}) {
      auto wide = view();
      for (int n = 0; n < 1000; ++n) wide.add(*figures_of(event));
      const auto lines = screen(wide, rows, columns);
      BOOST_TEST(lines.size() <= rows);
      for (const auto& line : lines) {
        const auto characters =
            std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
        BOOST_TEST(static_cast<std::size_t>(characters) <= columns);
      }
      BOOST_TEST(wide.delivered.size() <= View::seconds_max);
    }
  }
  BOOST_TEST(screen(View{}, 24, 80).size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_line) {
  BOOST_TEST(
      line(view()) ==
      "time=2026-11-22T07:20:00.123Z streams=12345 published_per_second=12.3 delivered_per_second=1234.5 "
      "stalled_closes=3 gaps=2 limits=4 delivery_p99_seconds=1.500000 loop_lag_p99_seconds=- "
      "outbox_bytes=1234 "
      "history_bytes=12345678 memory_bytes=45678901 store=\"ok\"");
}

BOOST_AUTO_TEST_CASE(what_is_no_event_of_figures) {
  for (const auto* text : {"", "x", "[]", "{}", "3", R"({"stream":1})", "{\"streams\":"})
    BOOST_TEST(!figures_of(text));
  const auto strange = figures_of(
      R"({"time":"\u001b[2J","streams":"many","streams_max":1e999,"memory_bytes":-5,"delivered_events_per_second":[]})");
  BOOST_TEST(!strange.has_value());  // a number that is none
  const auto other = figures_of(
      R"({"time":"\u001b[2J","streams":"many","memory_bytes":-5,"delivered_events_per_second":[]})");
  BOOST_REQUIRE(other.has_value());
  BOOST_TEST(other->time == "\\x1b[2J");
  BOOST_TEST(other->streams == 0);
  View view;
  view.add(*other);
  BOOST_TEST(screen(view, 100, 80).size() == 17U);
}

BOOST_AUTO_TEST_CASE(what_is_not_as_it_should_be_is_left_out) {
  std::string many =
      R"({"streams":1,"streams_by_age":[1],"busiest_topics":[3,{"topic":7,"events_per_second":"x"})";
  for (int i = 0; i < 1000; ++i) many += R"(,{"topic":"t","events_per_second":1})";
  const auto figures = figures_of(many + "]}");
  BOOST_REQUIRE(figures.has_value());
  BOOST_TEST(figures->busiest.size() == Figures::topics_max);
  BOOST_TEST(figures->busiest.front().topic == "");
  BOOST_TEST(figures->ages[0] == 0);
  BOOST_TEST(figures_of(R"({"streams":1,"busiest_topics":{}})")->busiest.empty());
}

BOOST_AUTO_TEST_CASE(store) {
  BOOST_TEST(store_health(R"({"status":"ok","store":{"status":"ok"}})") == "ok");
  BOOST_TEST(store_health(R"({"store":{"status":"unavailable","reason":"disk\u001b full"}})") ==
             "unavailable: disk\\x1b full");
  for (const auto* text : {"", "[]", "{}", R"({"store":1})", R"({"store":{"status":1}})"})
    BOOST_TEST(store_health(text) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()
