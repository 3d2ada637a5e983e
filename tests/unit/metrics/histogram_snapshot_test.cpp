#include "metrics/histogram_snapshot.hpp"

#include <boost/test/unit_test.hpp>

#include "metrics/registry.hpp"

using worker::metrics::Histogram;
using worker::metrics::HistogramSnapshot;
using worker::metrics::Registry;

BOOST_AUTO_TEST_SUITE(spread_suite)

BOOST_AUTO_TEST_CASE(nothing_observed) {
  for (const auto& snapshot : {HistogramSnapshot(), Histogram({1, 5}, 1).snapshot()}) {
    BOOST_TEST(snapshot.count() == 0U);
    BOOST_TEST(!snapshot.mean());
    BOOST_TEST(!snapshot.quantile(0.5));
  }
}

BOOST_AUTO_TEST_CASE(quantiles_lie_evenly_within_their_bucket) {
  Histogram histogram({10, 20, 40}, 1);
  for (int i = 0; i < 10; ++i) histogram.observe(15);
  const auto snapshot = histogram.snapshot();
  BOOST_TEST(*snapshot.quantile(0.5) == 15.0);
  BOOST_TEST(*snapshot.quantile(0.9) == 19.0);
  BOOST_TEST(*snapshot.quantile(1) == 20.0);
  BOOST_TEST(*snapshot.mean() == 15.0);
}

BOOST_AUTO_TEST_CASE(over_several_buckets_and_past_an_empty_one) {
  Histogram histogram({10, 20, 40}, 1);
  for (const unsigned value : {1U, 2U, 30U, 30U}) histogram.observe(value);
  const auto snapshot = histogram.snapshot();
  BOOST_TEST(*snapshot.quantile(0) == 0.0);
  BOOST_TEST(*snapshot.quantile(0.25) == 5.0);
  BOOST_TEST(*snapshot.quantile(0.5) == 10.0);
  BOOST_TEST(*snapshot.quantile(0.75) == 30.0);
  BOOST_TEST(*snapshot.quantile(1) == 40.0);
}

BOOST_AUTO_TEST_CASE(over_the_last_bound_it_is_the_last_bound) {
  Histogram histogram({10, 20}, 1);
  for (const unsigned value : {5U, 1'000U, 2'000U}) histogram.observe(value);
  BOOST_TEST(*histogram.snapshot().quantile(0.99) == 20.0);
}

BOOST_AUTO_TEST_CASE(what_came_since) {
  Histogram histogram({10, 20}, 1);
  histogram.observe(5);
  const auto before = histogram.snapshot();
  BOOST_TEST(histogram.snapshot().since(before).count() == 0U);
  histogram.observe(15);
  histogram.observe(17);
  const auto news = histogram.snapshot().since(before);
  BOOST_TEST(news.count() == 2U);
  BOOST_TEST(*news.mean() == 16.0);
  BOOST_TEST(*news.quantile(0.5) == 15.0);
  BOOST_TEST(histogram.snapshot().since({}).count() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
