#include <atomic>
#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <thread>

#include "metrics/registry.hpp"

using worker::metrics::Histogram;
using worker::metrics::Registry;

namespace {

std::string text(const Histogram& histogram) {
  std::string out;
  histogram.append_to(out, "h");
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(histogram_suite)

BOOST_AUTO_TEST_CASE(empty) {
  BOOST_TEST(text(Histogram({1, 5}, 1)) ==
             "h_bucket{le=\"1\"} 0\nh_bucket{le=\"5\"} 0\nh_bucket{le=\"+Inf\"} 0\nh_sum 0\nh_count 0\n");
}

BOOST_AUTO_TEST_CASE(a_value_falls_into_all_buckets_from_its_own_on) {
  Histogram histogram({1, 5, 10}, 1);
  for (const unsigned value : {0U, 1U, 2U, 5U, 6U, 10U, 11U, 1'000U}) histogram.observe(value);
  BOOST_TEST(text(histogram) ==
             "h_bucket{le=\"1\"} 2\nh_bucket{le=\"5\"} 4\nh_bucket{le=\"10\"} 6\nh_bucket{le=\"+Inf\"} 8\n"
             "h_sum 1035\nh_count 8\n");
}

BOOST_AUTO_TEST_CASE(a_value_that_was_seen_several_times) {
  Histogram histogram({1, 5}, 1);
  histogram.observe(3, 4);
  histogram.observe(7, 2);
  histogram.observe(1, 0);
  BOOST_TEST(text(histogram) ==
             "h_bucket{le=\"1\"} 0\nh_bucket{le=\"5\"} 4\nh_bucket{le=\"+Inf\"} 6\nh_sum 26\nh_count 6\n");
}

BOOST_AUTO_TEST_CASE(microseconds_are_told_as_seconds) {
  Histogram histogram({50, 100, 2'500, 10'000, 1'000'000}, 1e-6);
  histogram.observe(75);
  histogram.observe(250'000);
  BOOST_TEST(text(histogram) ==
             "h_bucket{le=\"5e-05\"} 0\nh_bucket{le=\"0.0001\"} 1\nh_bucket{le=\"0.0025\"} 1\n"
             "h_bucket{le=\"0.01\"} 1\nh_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 2\n"
             "h_sum 0.250075\nh_count 2\n");
}

// A rate is the difference of two sums: what is rounded away would be missing from it.
BOOST_AUTO_TEST_CASE(a_large_sum_is_told_exactly) {
  Histogram histogram({1}, 1);
  histogram.observe(123'456'789);
  BOOST_TEST(text(histogram).find("h_sum 123456789\n") != std::string::npos);
  Histogram seconds({1}, 1e-6);
  seconds.observe(123'456'789'012);
  BOOST_TEST(text(seconds).find("h_sum 123456.789012\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(in_the_registry) {
  Registry registry;
  auto& histogram = registry.histogram("waits", "Help.", {10});
  histogram.observe(3);
  BOOST_TEST(&histogram == &registry.histogram("waits", "Help.", {10}));
  registry.counter("a_total", "Help.");
  BOOST_TEST(registry.text() ==
             "# HELP a_total Help.\n# TYPE a_total counter\na_total 0\n"
             "# HELP waits Help.\n# TYPE waits histogram\n"
             "waits_bucket{le=\"10\"} 1\nwaits_bucket{le=\"+Inf\"} 1\nwaits_sum 3\nwaits_count 1\n");
  BOOST_CHECK_THROW(registry.gauge("waits", ""), std::logic_error);
  BOOST_CHECK_THROW(registry.histogram("a_total", "", {1}), std::logic_error);
}

BOOST_AUTO_TEST_CASE(gauges_that_are_read_when_asked_for) {
  Registry registry;
  auto& gauge = registry.gauge("age", "Help.");
  int reads = 0;
  registry.on_render([&] { gauge.set(++reads); });
  BOOST_TEST(registry.text() == "# HELP age Help.\n# TYPE age gauge\nage 1\n");
  BOOST_TEST(registry.text() == "# HELP age Help.\n# TYPE age gauge\nage 2\n");
}

BOOST_AUTO_TEST_CASE(a_gauge_is_raised_and_never_lowered) {
  Registry registry;
  auto& gauge = registry.gauge("most", "");
  for (const int value : {5, 3, 7, 7, -1}) gauge.raise(value);
  BOOST_TEST(gauge.value() == 7);
}

BOOST_AUTO_TEST_CASE(observed_from_many_threads) {
  Registry registry;
  auto& histogram = registry.histogram("h", "", {10, 100});
  auto& gauge = registry.gauge("most", "");
  std::atomic<int> empty = 0;  // the test framework's own checks are for one thread
  const auto observe = [&](unsigned from) {
    for (unsigned i = 0; i < 10'000; ++i) {
      histogram.observe(from + i % 100);
      gauge.raise(from + i);
      if (i % 2'000 == 0 && registry.text().empty()) ++empty;
    }
  };
  std::thread other([&] { observe(1'000); });
  observe(0);
  other.join();
  BOOST_TEST(empty == 0);
  BOOST_TEST(registry.text().find(
                 "h_bucket{le=\"10\"} 1100\nh_bucket{le=\"100\"} 10000\nh_bucket{le=\"+Inf\"} 20000\n") !=
             std::string::npos);
  BOOST_TEST(gauge.value() == 10'999);
}

BOOST_AUTO_TEST_SUITE_END()
