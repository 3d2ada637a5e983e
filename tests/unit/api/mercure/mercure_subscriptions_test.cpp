// The list of active subscriptions: how long it may be, and the updates that go with it.
#include "api/mercure/mercure_subscriptions.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "net/loop.hpp"
#include "store/memory/memory_store.hpp"
#include "support/manual_clock.hpp"
#include "support/recording_exchange.hpp"

namespace {

using namespace worker;
using api::MercureSubscribers;

struct Fixture {
  nlohmann::json list() {
    support::RecordingExchange exchange(
        http::Request{.method = "GET", .path = MercureSubscribers::path, .grant = "subscribe=*"});
    endpoint.serve(exchange);
    BOOST_TEST(exchange.head->status == 200);
    return nlohmann::json::parse(exchange.body());
  }

  support::ManualClock clock;
  net::Loop loop{clock};
  metrics::Registry registry;
  log::Log log{{}, "e", clock};
  store::MemoryStore store{log};
  access::TokenVerifier tokens;
  access::ResumeTokens resume;
  api::Revocations revocations{clock};
  api::AccessMetrics access_metrics{registry};
  api::Grants grants{{}, {}, {tokens, tokens, resume, revocations, access_metrics}, loop.timers()};
  MercureSubscribers subscribers{store, registry};
  api::MercureSubscriptionsEndpoint endpoint{
      subscribers, log, grants, {.enabled = true, .subscriptions = true}};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(mercure_subscriptions_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_list_is_bounded_and_says_so) {
  constexpr auto most = api::MercureSubscriptionsEndpoint::listed_max;
  std::vector<std::shared_ptr<void>> visits;
  const std::vector<api::MercureSelector> topics(100, {"", "a"});
  for (std::size_t count = 0; count < most; count += topics.size())
    visits.push_back(subscribers.enter(topics));
  BOOST_TEST(list()["subscriptions"].size() == most);
  BOOST_TEST(!list().contains("total"));
  visits.push_back(subscribers.enter({{"", "a"}}));
  BOOST_TEST(list()["subscriptions"].size() == most);
  BOOST_TEST(list()["total"] == most + 1);
  visits.clear();
  BOOST_TEST(list()["subscriptions"].empty());
}

BOOST_AUTO_TEST_CASE(updates_are_private_and_counted) {
  BOOST_TEST(list()["lastEventID"] == "earliest");
  auto visit = subscribers.enter({{"", "a/{b}", R"({"x":1})"}});
  visit.reset();
  const auto entries = log.read_all(0, 10);
  BOOST_TEST(entries.size() == 2U);
  for (const auto& entry : entries) {
    BOOST_TEST(entry->is_private());
    BOOST_TEST(
        entry->topics().front().starts_with("/.well-known/mercure/subscriptions/a%2F%7Bb%7D/urn%3Auuid%3A"));
  }
  BOOST_TEST(list()["lastEventID"] == log.id_of(2));
  BOOST_TEST(registry.text().find("sse_worker_mercure_subscription_updates_total 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_is_told_when_the_store_is_about_to_close) {
  auto visit = subscribers.enter({{"", "a"}});
  subscribers.stop();
  visit.reset();
  BOOST_TEST(log.last() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
