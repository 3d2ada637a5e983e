// The metadata of the hub, and the challenges that name its address.
#include "api/mercure/resource_metadata.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "api/request/bearer.hpp"
#include "http/problem.hpp"
#include "support/recording_exchange.hpp"

using namespace worker;
using namespace worker::api;

namespace {

std::string served(const MercureSettings& settings) {
  ResourceMetadataEndpoint endpoint(settings);
  support::RecordingExchange exchange(http::Request{.method = "GET", .path = ResourceMetadataEndpoint::path});
  endpoint.serve(exchange);
  return std::to_string(exchange.head->status) + " " + exchange.body();
}

std::string challenge(http::Response refusal, std::string_view address) {
  const auto answer = with_resource_metadata(std::move(refusal), address);
  std::string text;
  for (const auto& [name, value] : answer.head.headers) {
    if (name == "WWW-Authenticate") text += "[" + value + "]";
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(resource_metadata_suite)

BOOST_AUTO_TEST_CASE(the_document) {
  MercureSettings settings{.enabled = true, .url = "https://h.example/.well-known/mercure", .issuer = "i"};
  BOOST_TEST(
      served(settings) ==
      R"(200 {"resource":"https://h.example/.well-known/mercure",)"
      R"("authorization_details_types_supported":["https://mercure.rocks/authorization-detail"],)"
      R"("bearer_methods_supported":["header"],"mercure_matcher_types_supported":["exact","urlpattern"],)"
      R"("mercure_cookie":"__Secure-mercure_access_token"})");
  settings.audience = "a";
  settings.access_token_cookie = "";
  settings.subscriptions = true;
  BOOST_TEST(
      served(settings) ==
      R"(200 {"resource":"a",)"
      R"("authorization_details_types_supported":["https://mercure.rocks/authorization-detail"],)"
      R"("bearer_methods_supported":["header"],"mercure_matcher_types_supported":["exact","urlpattern"],)"
      R"("mercure_subscriptions":true})");
  settings.issuer = "";
  BOOST_TEST(served(settings).starts_with("404 "));
  BOOST_TEST(served({.enabled = true, .issuer = "i"}).starts_with("404 "));
  BOOST_TEST(served({.url = "https://h.example/.well-known/mercure", .issuer = "i"}).starts_with("404 "));
}

BOOST_AUTO_TEST_CASE(its_address) {
  BOOST_TEST(resource_metadata_address("https://h.example:8443/.well-known/mercure") ==
             "https://h.example:8443/.well-known/oauth-protected-resource/.well-known/mercure");
  BOOST_TEST(resource_metadata_address("") == "");
}

BOOST_AUTO_TEST_CASE(challenges) {
  BOOST_TEST(challenge(unauthorized({}, "x"), "m") == "[Bearer resource_metadata=\"m\"]");
  BOOST_TEST(challenge(unauthorized("invalid_token", "x"), "m") ==
             "[Bearer error=\"invalid_token\", resource_metadata=\"m\"]");
  BOOST_TEST(challenge(forbidden("x"), "m") ==
             "[Bearer error=\"insufficient_scope\", resource_metadata=\"m\"]");
  BOOST_TEST(challenge(misplaced_token("x"), "m") ==
             "[Bearer error=\"invalid_request\", resource_metadata=\"m\"]");
  BOOST_TEST(challenge(forbidden("x"), "") == "[Bearer error=\"insufficient_scope\"]");
  BOOST_TEST(challenge(http::problem(400, "x"), "m") == "");
}

BOOST_AUTO_TEST_SUITE_END()
