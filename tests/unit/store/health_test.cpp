// Health: the reason, the log lines and the pauses.
#include "store/health.hpp"

#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>

using namespace worker::store;
using namespace std::chrono_literals;
using worker::base::Random;

namespace {

struct Fixture {
  /// Log lines since the last call, as `level text`.
  std::string logged() {
    auto text = std::exchange(lines, std::ostringstream()).str();
    return text;
  }

  std::ostringstream lines;
  worker::base::Logger logger{"health", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines)};
  const Health::Pauses pauses{.first = 100ms, .longest = 500ms};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(health, Fixture)

BOOST_AUTO_TEST_CASE(is_healthy_until_something_fails_and_after_it_recovered) {
  Health health("disk", logger, pauses);
  BOOST_TEST(health.healthy());
  BOOST_TEST(!health.unavailable_reason());
  health.on_failed("disk is full");
  BOOST_TEST(!health.healthy());
  BOOST_TEST(health.unavailable_reason().value() == "disk is full");
  health.on_recovered("path=x");
  BOOST_TEST(health.healthy());
  BOOST_TEST(!health.unavailable_reason());
}

BOOST_AUTO_TEST_CASE(logs_a_change_once) {
  logger.set_pattern("%l %v");
  Health health("disk", logger, pauses);
  health.on_recovered("never failed");
  BOOST_TEST(logged().empty());
  health.on_failed("one");
  BOOST_TEST(logged() == "error store unavailable, publishes are refused: store=disk error=\"one\"\n");
  health.on_failed("one");
  BOOST_TEST(logged().empty());
  health.on_failed("two");
  BOOST_TEST(logged() == "error store unavailable, publishes are refused: store=disk error=\"two\"\n");
  health.on_recovered("path=x");
  BOOST_TEST(logged() == "info store recovered: store=disk path=x\n");
  health.on_recovered("path=x");
  BOOST_TEST(logged().empty());
  health.on_failed("two");
  BOOST_TEST(logged() == "error store unavailable, publishes are refused: store=disk error=\"two\"\n");
}

BOOST_AUTO_TEST_CASE(pauses_double_up_to_the_longest_and_begin_again) {
  Health health("disk", logger, pauses);
  BOOST_TEST(health.retry_pause().count() == 0);
  for (const auto expected : {100, 200, 400, 500, 500}) {
    health.on_failed("x");
    BOOST_TEST(health.retry_pause().count() == expected);
  }
  health.on_recovered("x");
  BOOST_TEST(health.retry_pause().count() == 0);
  health.on_failed("x");
  BOOST_TEST(health.retry_pause().count() == 100);
}

BOOST_AUTO_TEST_CASE(jitter_spreads_pauses_over_their_second_half) {
  Health health("disk", logger, pauses, Random(1));
  health.on_failed("x");
  std::set<std::int64_t> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(health.retry_pause().count());
  BOOST_TEST(*seen.begin() >= 50);
  BOOST_TEST(*seen.rbegin() <= 100);
  BOOST_TEST(seen.size() > 40U);
}

BOOST_AUTO_TEST_SUITE_END()
