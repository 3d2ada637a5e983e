#include "base/iso_time.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono;
using worker::base::iso_time;

BOOST_AUTO_TEST_SUITE(iso_time_suite)

BOOST_AUTO_TEST_CASE(the_example_of_the_contract) {
  BOOST_TEST(iso_time(sys_days(2026y / 11 / 22) + 7h + 20min + 123ms) == "2026-11-22T07:20:00.123Z");
}

BOOST_AUTO_TEST_CASE(the_epoch) { BOOST_TEST(iso_time({}) == "1970-01-01T00:00:00.000Z"); }

BOOST_AUTO_TEST_CASE(milliseconds_always_have_three_digits) {
  BOOST_TEST(iso_time(worker::base::WallTime(1ms)) == "1970-01-01T00:00:00.001Z");
  BOOST_TEST(iso_time(worker::base::WallTime(10ms)) == "1970-01-01T00:00:00.010Z");
  BOOST_TEST(iso_time(worker::base::WallTime(999ms)) == "1970-01-01T00:00:00.999Z");
  BOOST_TEST(iso_time(worker::base::WallTime(1000ms)) == "1970-01-01T00:00:01.000Z");
}

BOOST_AUTO_TEST_CASE(parts_of_a_millisecond_are_cut_not_rounded) {
  BOOST_TEST(iso_time(worker::base::WallTime(1ms - 1ns)) == "1970-01-01T00:00:00.000Z");
  const auto new_year = sys_days(2027y / 1 / 1);
  BOOST_TEST(iso_time(new_year - 1ns) == "2026-12-31T23:59:59.999Z");
  BOOST_TEST(iso_time(new_year) == "2027-01-01T00:00:00.000Z");
}

// Cutting towards the past, also where the count is negative.
BOOST_AUTO_TEST_CASE(just_before_the_epoch) {
  BOOST_TEST(iso_time(worker::base::WallTime(-1ns)) == "1969-12-31T23:59:59.999Z");
  BOOST_TEST(iso_time(worker::base::WallTime(-1500ms)) == "1969-12-31T23:59:58.500Z");
}

BOOST_AUTO_TEST_CASE(leap_days) {
  for (const auto year : {1972y, 2000y, 2024y, 2028y}) {
    const auto text = std::to_string(static_cast<int>(year));
    BOOST_TEST(iso_time(sys_days(year / 3 / 1) - 1ms) == text + "-02-29T23:59:59.999Z");
    BOOST_TEST(iso_time(sys_days(year / 2 / 28) + 24h) == text + "-02-29T00:00:00.000Z");
    BOOST_TEST(iso_time(sys_days(year / 12 / 31)) == text + "-12-31T00:00:00.000Z");
  }
}

BOOST_AUTO_TEST_CASE(no_leap_day_where_there_is_none) {
  for (const auto year : {1970y, 2023y, 2026y, 2100y, 2200y}) {
    const auto text = std::to_string(static_cast<int>(year));
    BOOST_TEST(iso_time(sys_days(year / 3 / 1) - 1ms) == text + "-02-28T23:59:59.999Z");
    BOOST_TEST(iso_time(sys_days(year / 2 / 28) + 24h) == text + "-03-01T00:00:00.000Z");
  }
}

BOOST_AUTO_TEST_CASE(every_day_of_a_century_is_24_bytes_in_ascending_order) {
  std::string last;
  for (auto day = sys_days(2000y / 1 / 1); day < sys_days(2100y / 1 / 1); day += days(1)) {
    const auto text = iso_time(day + 23h + 59min + 59s + 999ms);
    BOOST_REQUIRE_EQUAL(text.size(), 24U);
    BOOST_REQUIRE_LT(last, text);
    last = text;
  }
}

BOOST_AUTO_TEST_SUITE_END()
