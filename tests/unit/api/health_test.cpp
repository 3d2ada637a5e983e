#include "api/health.hpp"

#include <boost/test/unit_test.hpp>

#include "support/recording_exchange.hpp"

using namespace worker::api;
using worker::support::RecordingExchange;

BOOST_AUTO_TEST_SUITE(health_suite)

BOOST_AUTO_TEST_CASE(health) {
  HealthEndpoint endpoint;
  RecordingExchange exchange("GET", "/healthz");
  endpoint.serve(exchange);
  BOOST_TEST(exchange.finished);
  BOOST_TEST(exchange.head_text() ==
             "Status: 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n\r\n");
  BOOST_TEST(exchange.body() == "{\"status\":\"ok\"}\n");
}

BOOST_AUTO_TEST_CASE(metrics_as_they_are_now) {
  worker::metrics::Registry registry;
  auto& counter = registry.counter("things_total", "Things.");
  MetricsEndpoint endpoint(registry);
  for (int i = 0; i < 2; ++i) {
    RecordingExchange exchange("GET", "/metrics");
    endpoint.serve(exchange);
    BOOST_TEST(exchange.finished);
    BOOST_TEST(exchange.head_text() ==
               "Status: 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
               "Cache-Control: no-store\r\n\r\n");
    BOOST_TEST(exchange.body() == "# HELP things_total Things.\n# TYPE things_total counter\nthings_total " +
                                      std::to_string(i) + "\n");
    counter.add();
  }
}

BOOST_AUTO_TEST_SUITE_END()
