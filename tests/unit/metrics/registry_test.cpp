#include "metrics/registry.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <stdexcept>
#include <thread>

using worker::metrics::Registry;

BOOST_AUTO_TEST_SUITE(registry_suite)

BOOST_AUTO_TEST_CASE(empty) { BOOST_TEST(Registry().text() == ""); }

BOOST_AUTO_TEST_CASE(the_whole_text) {
  Registry registry;
  registry.gauge("streams", "Open now.").add(3);
  registry.counter("closes_total", "Ended, by reason.", "reason=\"stalled\"").add(2);
  registry.counter("closes_total", "Ended, by reason.", "reason=\"finished\",by=\"us\"").add();
  registry.counter("bytes_total", "Sent.");
  BOOST_TEST(registry.text() ==
             "# HELP bytes_total Sent.\n"
             "# TYPE bytes_total counter\n"
             "bytes_total 0\n"
             "# HELP closes_total Ended, by reason.\n"
             "# TYPE closes_total counter\n"
             "closes_total{reason=\"finished\",by=\"us\"} 1\n"
             "closes_total{reason=\"stalled\"} 2\n"
             "# HELP streams Open now.\n"
             "# TYPE streams gauge\n"
             "streams 3\n");
}

BOOST_AUTO_TEST_CASE(the_same_name_and_labels_are_the_same_metric) {
  Registry registry;
  auto& counter = registry.counter("a_total", "First help.");
  auto& gauge = registry.gauge("b", "Help.", "x=\"1\"");
  BOOST_TEST(&counter == &registry.counter("a_total", "Second help."));
  BOOST_TEST(&gauge == &registry.gauge("b", "Help.", "x=\"1\""));
  BOOST_TEST(&gauge != &registry.gauge("b", "Help.", "x=\"2\""));
  BOOST_TEST(registry.text().starts_with("# HELP a_total First help.\n"));
}

BOOST_AUTO_TEST_CASE(another_kind_throws) {
  Registry registry;
  registry.counter("a", "");
  registry.gauge("b", "");
  BOOST_CHECK_EXCEPTION(registry.gauge("a", ""), std::logic_error, [](const std::logic_error& error) {
    return std::string(error.what()) == "a is registered as another kind of metric";
  });
  BOOST_CHECK_THROW(registry.counter("b", "", "x=\"1\""), std::logic_error);
}

BOOST_AUTO_TEST_CASE(references_stay_while_others_are_registered) {
  Registry registry;
  auto& first = registry.counter("m_total", "");
  for (int i = 0; i < 1'000; ++i) {
    registry.counter("m_total", "", "i=\"" + std::to_string(i) + "\"");
    registry.counter("n" + std::to_string(i), "");
  }
  first.add(5);
  BOOST_TEST(&first == &registry.counter("m_total", ""));
  BOOST_TEST(registry.text().find("\nm_total 5\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(values_at_their_ends) {
  Registry registry;
  auto& gauge = registry.gauge("g", "");
  gauge.add(-2);
  BOOST_TEST(gauge.value() == -2);
  gauge.set(std::numeric_limits<std::int64_t>::min());
  auto& counter = registry.counter("c", "");
  counter.add(std::numeric_limits<std::uint64_t>::max());
  BOOST_TEST(registry.text() ==
             "# HELP c \n# TYPE c counter\nc 18446744073709551615\n"
             "# HELP g \n# TYPE g gauge\ng -9223372036854775808\n");
}

BOOST_AUTO_TEST_CASE(counted_and_rendered_from_many_threads) {
  Registry registry;
  auto& counter = registry.counter("c", "");
  auto& gauge = registry.gauge("g", "");
  std::thread other([&] {
    for (int i = 0; i < 10'000; ++i) {
      counter.add();
      gauge.add(-1);
    }
  });
  for (int i = 0; i < 10'000; ++i) {
    counter.add();
    gauge.add();
    if (i % 1'000 == 0) BOOST_TEST(!registry.text().empty());
  }
  other.join();
  BOOST_TEST(counter.value() == 20'000U);
  BOOST_TEST(gauge.value() == 0);
}

BOOST_AUTO_TEST_CASE(a_gauge_in_another_unit_than_it_is_set_in) {
  Registry registry;
  registry.gauge("g_seconds", "", {}, 1e-6).set(2'500);
  BOOST_TEST(registry.text() == "# HELP g_seconds \n# TYPE g_seconds gauge\ng_seconds 0.0025\n");
}

BOOST_AUTO_TEST_CASE(gauges_whose_labels_come_and_go) {
  Registry registry;
  std::vector<worker::metrics::LabelledValue> values = {{"b", 2.5}, {"a", 0.125}};
  registry.gauges("g", "Help.", "topic", [&] { return values; });
  const std::string head = "# HELP g Help.\n# TYPE g gauge\n";
  BOOST_TEST(registry.text() == head + "g{topic=\"b\"} 2.5\ng{topic=\"a\"} 0.125\n");
  values = {{"c", 1'000'000}};
  BOOST_TEST(registry.text() == head + "g{topic=\"c\"} 1e+06\n");
  values.clear();
  BOOST_TEST(registry.text() == head);
  BOOST_CHECK_THROW(registry.counter("g", ""), std::logic_error);
}

BOOST_AUTO_TEST_CASE(any_text_as_a_label) {
  Registry registry;
  registry.gauges("g", "", "x", [] {
    return std::vector<worker::metrics::LabelledValue>{{"\"} 1\n\\{é", 1}};
  });
  BOOST_TEST(registry.text().ends_with("\ng{x=\"\\\"} 1\\n\\\\{é\"} 1\n"));
}

BOOST_AUTO_TEST_SUITE_END()
