#include "api/stream/stream.hpp"

#include <boost/test/unit_test.hpp>
#include <set>

using namespace std::chrono_literals;
using namespace worker::api;

BOOST_AUTO_TEST_SUITE(stream_head_suite)

BOOST_AUTO_TEST_CASE(neither_cached_nor_buffered) {
  std::string text;
  stream_head().append_to(text);
  BOOST_TEST(text ==
             "Status: 200 OK\r\n"
             "Content-Type: text/event-stream; charset=utf-8\r\n"
             "Cache-Control: no-cache, no-transform\r\n"
             "X-Accel-Buffering: no\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(a_comment_and_the_delay) {
  worker::base::Random random(1);
  BOOST_TEST(stream_opening({.retry = 3s, .retry_jitter = 0ms}, random) == ": ok\n\nretry: 3000\n\n");
  BOOST_TEST(stream_opening({.retry = 0ms, .retry_jitter = 0ms}, random) == ": ok\n\nretry: 0\n\n");
}

BOOST_AUTO_TEST_CASE(delays_are_spread_over_the_jitter) {
  worker::base::Random random(1);
  std::set<std::string> openings;
  for (int i = 0; i < 1'000; ++i) openings.insert(stream_opening({.retry = 1s, .retry_jitter = 9ms}, random));
  BOOST_REQUIRE_EQUAL(openings.size(), 10U);
  for (int delay = 1'000; delay < 1'010; ++delay) {
    BOOST_TEST(openings.contains(": ok\n\nretry: " + std::to_string(delay) + "\n\n"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
