#include "base/random.hpp"

#include <boost/test/unit_test.hpp>
#include <map>

using namespace std::chrono_literals;
using worker::base::Random;

BOOST_AUTO_TEST_SUITE(random_suite)

BOOST_AUTO_TEST_CASE(both_ends_are_reached_and_nothing_outside) {
  Random random(1);
  std::map<std::chrono::milliseconds::rep, int> drawn;
  for (int i = 0; i < 10'000; ++i) ++drawn[random.between(7ms, 11ms).count()];
  BOOST_REQUIRE_EQUAL(drawn.size(), 5U);
  BOOST_TEST(drawn.begin()->first == 7);
  BOOST_TEST(drawn.rbegin()->first == 11);
}

// Each of five values is expected 2,000 times, with a deviation of 40: ten of those would be no accident.
BOOST_AUTO_TEST_CASE(evenly) {
  Random random(2);
  std::map<std::chrono::milliseconds::rep, int> drawn;
  for (int i = 0; i < 10'000; ++i) ++drawn[random.between(0ms, 4ms).count()];
  for (const auto& [value, times] : drawn) {
    BOOST_TEST(times > 1'600, value);
    BOOST_TEST(times < 2'400, value);
  }
}

BOOST_AUTO_TEST_CASE(from_where_there_is_no_range) {
  Random random(3);
  BOOST_TEST(random.between(5ms, 5ms).count() == 5);
  BOOST_TEST(random.between(5ms, 4ms).count() == 5);
  BOOST_TEST(random.between(0ms, 0ms).count() == 0);
  BOOST_TEST(random.between(0ms, -1ms).count() == 0);
}

BOOST_AUTO_TEST_CASE(the_seed_decides) {
  Random one(4);
  Random same(4);
  Random other(5);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const auto drawn = one.between(0ms, 1'000'000ms);
    BOOST_TEST((drawn == same.between(0ms, 1'000'000ms)));
    differs = differs || drawn != other.between(0ms, 1'000'000ms);
  }
  BOOST_TEST(differs);
}

BOOST_AUTO_TEST_SUITE_END()
