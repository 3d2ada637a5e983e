// Histogram: quantiles are never too low and at most 0.8 % too high.
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "histogram.hpp"

using namespace sse::bench;

BOOST_AUTO_TEST_CASE(histogram_quantiles) {
  using namespace std::chrono_literals;
  Histogram histogram;
  BOOST_TEST(histogram.quantile(0.5).count() == 0);
  for (int i = 1; i <= 1000; ++i) histogram.record(i * 1us);
  BOOST_TEST(histogram.min().count() == 1'000);
  BOOST_TEST(histogram.max().count() == 1'000'000);
  BOOST_TEST(histogram.mean().count() == 500'500);
  for (const double quantile : {0.01, 0.5, 0.9, 0.99, 1.0}) {
    const double ratio = static_cast<double>(histogram.quantile(quantile).count()) / (quantile * 1e6);
    BOOST_TEST(ratio >= 1.0);
    BOOST_TEST(ratio <= 1.008);
  }
  histogram.record(-1s);
  histogram.record(std::chrono::nanoseconds::max());
  BOOST_TEST(histogram.min().count() == 0);
  BOOST_TEST((histogram.max() == std::chrono::nanoseconds::max()));
  Histogram other;
  other.merge(histogram);
  BOOST_TEST(other.count() == 1'002);
}
