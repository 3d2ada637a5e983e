// What the log says about the limit per address: what to do, and not too often.
#include "api/stream/address_limit_log.hpp"

#include <spdlog/sinks/ostream_sink.h>

#include <boost/test/unit_test.hpp>
#include <memory>
#include <sstream>
#include <vector>

#include "support/addresses.hpp"

using namespace std::chrono_literals;
using namespace worker;
using namespace worker::support;

namespace {

struct Fixture {
  void open(const http::RemoteAddress& from, int times = 1) {
    for (int i = 0; i < times; ++i) {
      if (auto slot = slots.take(from, now)) held.push_back(std::move(slot).value());
    }
  }
  /// What is written by this look.
  std::string look() {
    said.str("");
    watcher.report_if_due(now);
    return said.str();
  }

  Fixture() { logger.set_pattern("%l %v"); }

  base::Instant now{1h};
  std::ostringstream said;
  base::Logger logger{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(said)};
  api::StreamSlots slots{100, 3};
  std::vector<api::StreamSlots::Slot> held;
  api::AddressLimitLog watcher{slots, logger};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(address_limit_log_suite, Fixture)

BOOST_AUTO_TEST_CASE(nothing_while_nothing_is_refused) {
  open(ipv4(1), 3);
  BOOST_TEST(look() == "");
}

BOOST_AUTO_TEST_CASE(the_address_and_what_to_set) {
  open(ipv4(2), 2);
  open(ipv4(1), 5);
  BOOST_TEST(
      look() ==
      "warning streams.per_address_max: refused streams: count=2 last_address=198.18.0.1 open=3 limit=3 "
      "all_streams=5. If 198.18.0.1 is a proxy, all its readers count as one address: set "
      "`set_real_ip_from 198.18.0.1;` and `real_ip_header X-Forwarded-For;` in nginx. Otherwise raise "
      "streams.per_address_max; 0 disables the limit\n");
}

BOOST_AUTO_TEST_CASE(one_line_a_minute_that_counts_all) {
  open(ipv4(1), 4);
  BOOST_TEST(look().find(" count=1 ") != std::string::npos);
  for (int second = 1; second < 60; ++second) {
    now += 1s;
    open(ipv4(1), 10);
    BOOST_TEST(look() == "");
  }
  now += 1s;
  BOOST_TEST(look().find(" count=590 ") != std::string::npos);
  now += 1h;
  BOOST_TEST(look() == "");
  open(ipv4(1));
  BOOST_TEST(look().find(" count=1 ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(where_it_limits_nobody_is_said_once) {
  open(address("127.0.0.1"), 2);
  open(address(""), 1);
  BOOST_TEST(look() == "");
  open(address("unix:"), 1);
  BOOST_TEST(
      look() ==
      "info streams.per_address_max does not limit streams from loopback addresses, from Unix sockets and "
      "without REMOTE_ADDR: count=4 all_streams=4. If they come through a proxy on this machine, set "
      "`set_real_ip_from 127.0.0.1;` (and `unix:`) and `real_ip_header X-Forwarded-For;` in nginx\n");
  now += 1h;
  open(address("unix:"), 1);
  BOOST_TEST(look() == "");
}

BOOST_AUTO_TEST_CASE(without_a_limit_nothing_is_said) {
  slots.set_limit(100, 0, 0);
  open(address("127.0.0.1"), 10);
  open(ipv4(1), 10);
  BOOST_TEST(look() == "");
}

BOOST_AUTO_TEST_SUITE_END()
