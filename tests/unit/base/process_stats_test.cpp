#include "base/process_stats.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

using worker::base::process_stats;

BOOST_AUTO_TEST_SUITE(process_figures_suite)

BOOST_AUTO_TEST_CASE(memory_that_is_used_is_seen) {
  constexpr std::size_t size = 64U << 20U;
  const auto before = process_stats().resident_bytes;
  const std::vector<char> used(size, 'x');
  const auto after = process_stats().resident_bytes;
  BOOST_TEST(before > 100'000U);
  BOOST_TEST(after > before + size * 9 / 10);
#ifndef __SANITIZE_THREAD__  // which keeps some bytes about each one
  BOOST_TEST(after < before + size * 2);
#endif
}

BOOST_AUTO_TEST_CASE(time_spent_is_seen) {
  using namespace std::chrono_literals;
  const auto before = process_stats().cpu_time;
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (process_stats().cpu_time < before + 30ms && std::chrono::steady_clock::now() < deadline) {
  }
  BOOST_TEST((process_stats().cpu_time >= before + 30ms));
}

BOOST_AUTO_TEST_SUITE_END()
