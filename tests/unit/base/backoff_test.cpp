#include "base/backoff.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using worker::base::Backoff;

BOOST_AUTO_TEST_SUITE(backoff_suite)

BOOST_AUTO_TEST_CASE(the_longest_wait_doubles_to_its_bound_and_begins_again) {
  worker::base::Random random(7);
  for (int i = 0; i < 100; ++i) {
    Backoff backoff(random);
    for (const auto longest : {1'000ms, 2'000ms, 4'000ms, 8'000ms, 10'000ms, 10'000ms}) {
      const auto wait = backoff.next();
      BOOST_TEST((wait >= 500ms && wait <= longest));
    }
    backoff.reset();
    BOOST_TEST((backoff.next() <= 1'000ms));
  }
}

BOOST_AUTO_TEST_CASE(waits_are_spread) {
  worker::base::Random random(7);
  Backoff backoff(random);
  for (int i = 0; i < 5; ++i) backoff.next();
  int late = 0;
  for (int i = 0; i < 100; ++i) late += backoff.next() > 5'250ms ? 1 : 0;
  BOOST_TEST((late > 25 && late < 75));
}

BOOST_AUTO_TEST_SUITE_END()
