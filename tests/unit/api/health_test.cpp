#include "api/health.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "support/event_log.hpp"
#include "support/recording_exchange.hpp"

using namespace worker::api;
using worker::support::RecordingExchange;

BOOST_AUTO_TEST_SUITE(health_suite)

namespace {

using Readers = StatsSettings::Readers;

// A path that only the operator may see is in its trouble.
struct Full final : worker::store::Store {
  void append(std::vector<worker::log::Draft> /*drafts*/, worker::store::Done /*done*/) override {}
  std::optional<std::string> unavailable_reason() const override {
    return "/var/lib/journal.db: the disk is full";
  }
};

struct Fixture {
  Fixture() {
    event_log.append({{.topics = {"a"}}}, [](const auto&) {});
  }

  // What `address` gets, with `authorization` as its header.
  static RecordingExchange asked(HealthEndpoint& endpoint, const std::string& address,
                                 const std::string& authorization = {}) {
    worker::http::Request request{.method = "GET", .path = "/healthz"};
    request.remote_address = worker::http::RemoteAddress::parse(address);
    if (!authorization.empty()) request.headers.emplace("authorization", authorization);
    RecordingExchange exchange(std::move(request));
    endpoint.serve(exchange);
    BOOST_TEST(exchange.finished);
    return exchange;
  }

  const worker::base::SystemClock clock;
  worker::support::MemoryLog event_log{{}, "epoch", clock};
  Full full;
  StreamSlots slots{2};
  Access access;
  const worker::base::Result<StreamSlots::Slot, StreamSlots::Refused> taken = slots.take({}, {});
  HealthEndpoint well{event_log.log(), event_log.store(), slots, access, {}};
};

constexpr const char* public_ok = R"({"status":"ok","store":{"status":"ok"}})"
                                  "\n";

}  // namespace

BOOST_FIXTURE_TEST_CASE(well_for_the_operator, Fixture) {
  for (const auto* address : {"127.0.0.1", "::1"}) {
    const auto exchange = asked(well, address);
    BOOST_TEST(exchange.head_text().starts_with("Status: 200 OK\r\nContent-Type: application/json\r\n"));
    const auto body = nlohmann::json::parse(exchange.body());
    BOOST_TEST(body.at("status") == "ok");
    BOOST_TEST(body.at("streams") == 1);
    BOOST_TEST(body.at("store").at("status") == "ok");
    BOOST_TEST(body.at("history").at("events") == 1);
    BOOST_TEST(body.at("history").at("topics") == 1);
    BOOST_TEST(body.at("history").at("bytes") > 0);
    BOOST_TEST(exchange.body().ends_with('\n'));
  }
}

BOOST_FIXTURE_TEST_CASE(well_for_everybody_else, Fixture) {
  for (const auto* address : {"192.0.2.7", "2001:db8::1", ""}) {
    const auto exchange = asked(well, address);
    BOOST_TEST(exchange.head_text().starts_with("Status: 200 OK\r\nContent-Type: application/json\r\n"));
    BOOST_TEST(exchange.body() == public_ok);
  }
}

BOOST_FIXTURE_TEST_CASE(unhealthy, Fixture) {
  HealthEndpoint endpoint(event_log.log(), full, slots, access, {});
  const auto mine = asked(endpoint, "127.0.0.1");
  const auto theirs = asked(endpoint, "192.0.2.7");
  for (const auto* exchange : {&mine, &theirs})
    BOOST_TEST(exchange->head_text().starts_with("Status: 503 Service Unavailable\r\nRetry-After: 5\r\n"));
  const auto body = nlohmann::json::parse(mine.body());
  BOOST_TEST(body.at("status") == "unhealthy");
  BOOST_TEST(body.at("store").at("status") == "unavailable");
  BOOST_TEST(body.at("reason") == "The store is unavailable: /var/lib/journal.db: the disk is full");
  BOOST_TEST(theirs.body() == R"({"status":"unhealthy","store":{"status":"unavailable"}})"
                              "\n");
}

BOOST_FIXTURE_TEST_CASE(the_publish_key_opens_it_from_everywhere, Fixture) {
  BOOST_TEST(asked(well, "192.0.2.7", "Bearer ").body() == public_ok, "no key is nobody's key");
  access.update("secret", {});
  HealthEndpoint endpoint(event_log.log(), event_log.store(), slots, access, {});
  BOOST_TEST(asked(endpoint, "192.0.2.7", "Bearer secret").body() != public_ok);
  BOOST_TEST(asked(endpoint, "192.0.2.7", "Bearer wrong").body() == public_ok);
  BOOST_TEST(asked(endpoint, "192.0.2.7").body() == public_ok);
}

BOOST_FIXTURE_TEST_CASE(behind_a_proxy_on_this_machine_the_address_counts_for_nothing, Fixture) {
  access.update("secret", {});
  well.update({.readers = Readers::nobody});
  BOOST_TEST(asked(well, "127.0.0.1").body() == public_ok);
  BOOST_TEST(asked(well, "127.0.0.1", "Bearer secret").body() != public_ok);
  // Figures for anyone are no paths for anyone.
  well.update({.readers = Readers::anyone});
  BOOST_TEST(asked(well, "192.0.2.7").body() == public_ok);
  BOOST_TEST(asked(well, "127.0.0.1").body() != public_ok);
}

BOOST_AUTO_TEST_CASE(metrics_as_they_are_now) {
  worker::metrics::Registry registry;
  auto& counter = registry.counter("things_total", "Things.");
  const Access access;
  MetricsEndpoint endpoint(registry, access);
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
