#include "api/health.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "journal/memory_journal.hpp"
#include "support/passing_journal.hpp"
#include "support/recording_exchange.hpp"

using namespace worker::api;
using worker::support::RecordingExchange;

BOOST_AUTO_TEST_SUITE(health_suite)

BOOST_AUTO_TEST_CASE(health) {
  const worker::base::SystemClock clock;
  worker::journal::MemoryJournal journal({}, "epoch", clock);
  worker::api::StreamSlots slots(2);
  const auto taken = slots.take({}, {});
  journal.append({{.topics = {"a"}}}, [](const auto&) {});
  HealthEndpoint endpoint(journal, slots);
  RecordingExchange exchange("GET", "/healthz");
  endpoint.serve(exchange);
  BOOST_TEST(exchange.finished);
  BOOST_TEST(exchange.head_text().starts_with("Status: 200 OK\r\nContent-Type: application/json\r\n"));
  const auto body = nlohmann::json::parse(exchange.body());
  BOOST_TEST(body.at("status") == "ok");
  BOOST_TEST(body.at("streams") == 1);
  BOOST_TEST(body.at("journal").at("events") == 1);
  BOOST_TEST(body.at("journal").at("topics") == 1);
  BOOST_TEST(exchange.body().ends_with('\n'));
}

BOOST_AUTO_TEST_CASE(a_journal_in_trouble_is_said) {
  struct Full final : worker::support::PassingJournal {
    using PassingJournal::PassingJournal;
    std::optional<std::string> trouble() const override { return "the disk is full"; }
  };
  const worker::base::SystemClock clock;
  Full journal({}, "epoch", clock);
  worker::api::StreamSlots slots(2);
  HealthEndpoint endpoint(journal, slots);
  RecordingExchange exchange("GET", "/healthz");
  endpoint.serve(exchange);
  BOOST_TEST(exchange.head_text().starts_with("Status: 503 Service Unavailable\r\nRetry-After: 5\r\n"));
  const auto body = nlohmann::json::parse(exchange.body());
  BOOST_TEST(body.at("status") == "unwell");
  BOOST_TEST(body.at("reason") == "The journal keeps nothing at the moment: the disk is full");
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
               "Content-Length: 71\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n");
    BOOST_TEST(exchange.body() == "# HELP things_total Things.\n# TYPE things_total counter\nthings_total " +
                                      std::to_string(i) + "\n");
    counter.add();
  }
}

BOOST_AUTO_TEST_SUITE_END()
