// Tokens of the Mercure protocol 1.0. What a detail may not be: integration/mercure_access_tokens.test.mjs.
#include "access/authorization_details.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/access/tokens.hpp"

using namespace worker;
using namespace worker::access;
using namespace std::chrono_literals;
using Reason = TokenRefusal::Reason;

namespace {

json detail(const std::vector<std::string>& actions, const std::vector<json>& topics) {
  return {{"type", "https://mercure.rocks/authorization-detail"}, {"actions", actions}, {"topics", topics}};
}

json with_details(const std::vector<json>& details) {
  return {{"iss", "https://issuer"},
          {"aud", "hub"},
          {"exp", seconds_of(test_now) + 60},
          {"authorization_details", details}};
}

const json readable = detail({"subscribe"}, {{{"match", "a"}}});

struct Fixture {
  base::Result<Claims, TokenRefusal> claims(const json& claims, bool is_access_token = true) {
    return parse_claims(claims.dump(), rules, &templates, is_access_token);
  }
  // The reason of a refusal; -1: none.
  int reason(const json& given, bool is_access_token = true) {
    const auto parsed = claims(given, is_access_token);
    return parsed ? -1 : static_cast<int>(parsed.error().reason);
  }

  log::TemplateCache templates;
  ClaimRules rules{.resource = {"hub", "https://issuer"}, .expiry_required = false, .topics_max = 3};
};

int refused(Reason reason) { return static_cast<int>(reason); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(authorization_details_suite, Fixture)

BOOST_AUTO_TEST_CASE(what_they_grant) {
  const auto grant =
      claims(with_details({detail({"subscribe", "unknown"}, {{{"match", "a"}}, {{"match", "b/*"}}}),
                           detail({"publish"}, {{{"match", "/:id"}, {"match_type", "urlpattern"}}}),
                           {{"type", "other"}, {"actions", 1}}}))
          .value()
          .grant;
  BOOST_TEST(grant.subscribe.matches("a"));
  BOOST_TEST(grant.subscribe.matches("b/*"));
  BOOST_TEST(!grant.subscribe.matches("b/1"));
  BOOST_TEST(!grant.subscribe.matches("/1"));
  BOOST_TEST(grant.publish.matches("/1"));
  BOOST_TEST(!grant.publish.matches("a/b"));
  BOOST_TEST(grant.payloads.empty());
}

BOOST_AUTO_TEST_CASE(they_are_beside_the_other_claims) {
  auto both = with_details({readable});
  both["mercure"] = {{"subscribe", {"{x}"}}, {"payload", 1}};
  both["sse"] = {{"publish", {"c"}}};
  const auto grant = claims(both).value().grant;
  for (const auto* topic : {"a", "anything"}) BOOST_TEST(grant.subscribe.matches(topic), topic);
  BOOST_TEST(grant.publish.matches("c"));
  BOOST_TEST(grant.never_in_address);
  BOOST_TEST(grant.payload_for("z") == "1");
}

BOOST_AUTO_TEST_CASE(the_first_payload_that_matches_counts) {
  auto first = readable,
       pattern = detail({"subscribe"}, {{{"match", "https://e.org/:x"}, {"match_type", "urlpattern"}}}),
       quiet = detail({"subscribe"}, {{{"match", "quiet"}}}), all = detail({"subscribe"}, {{{"match", "*"}}}),
       publishing = detail({"publish"}, {{{"match", "*"}}});
  first["payload"] = {{"n", 1}};
  pattern["payload"] = {{"n", 2}};
  all["payload"] = {{"n", 3}};
  publishing["payload"] = {{"n", 4}};
  rules.topics_max = 10;
  const auto grant = claims(with_details({publishing, first, pattern, quiet, all})).value().grant;
  BOOST_TEST(grant.payload_for("a") == R"({"n":1})");
  BOOST_TEST(grant.payload_for("https://e.org/:x") == R"({"n":2})");
  BOOST_TEST(grant.payload_for("quiet") == "");
  BOOST_TEST(grant.payload_for("*") == R"({"n":3})");
  BOOST_TEST(claims(with_details({publishing, readable})).value().grant.payload_for("a") == "");
}

BOOST_AUTO_TEST_CASE(they_are_for_access_tokens) {
  const auto good = with_details({readable});
  BOOST_TEST(reason(good) == -1);
  BOOST_TEST(reason(good, false) == refused(Reason::type));
  auto without = good;
  without.erase("exp");
  BOOST_TEST(reason(without) == refused(Reason::no_expiry));
  without = good;
  without.erase("iss");
  BOOST_TEST(reason(without) == refused(Reason::issuer));
  without = good;
  without.erase("aud");
  BOOST_TEST(reason(without) == refused(Reason::audience));
  auto other = good;
  other["aud"] = {"x", "hub"};
  BOOST_TEST(reason(other) == -1);
  other["iss"] = "https://issuer/";
  BOOST_TEST(reason(other) == refused(Reason::issuer));
  // Details of other types change nothing.
  other = {{"exp", seconds_of(test_now) + 60},
           {"authorization_details", json::array({{{"type", "payment"}}})}};
  BOOST_TEST(reason(other, false) == -1);
  BOOST_TEST(reason(other) == refused(Reason::audience));
  other = with_details({{{"type", "payment"}}});
  BOOST_TEST(claims(other).value().grant.never_in_address);
  BOOST_TEST(claims(other).value().grant.subscribe.empty());
  BOOST_TEST(reason(other, false) == refused(Reason::audience));
  rules.resource = {};
  BOOST_TEST(reason(other) == refused(Reason::audience));
  other["authorization_details"] = "x";
  BOOST_TEST(reason(other) == refused(Reason::claims));
}

BOOST_AUTO_TEST_CASE(the_role_may_have_an_issuer_and_an_audience_of_its_own) {
  rules.issuer = "https://mine";
  rules.audience = "mine";
  BOOST_TEST(reason(with_details({readable})) == refused(Reason::audience));
  auto mine = with_details({readable});
  mine["iss"] = "https://mine";
  mine["aud"] = "mine";
  BOOST_TEST(reason(mine) == -1);
  rules = {};
  BOOST_TEST(reason(with_details({readable})) == refused(Reason::issuer));
}

// The leeway is for clocks that differ, and not for streams.
BOOST_AUTO_TEST_CASE(streams_end_when_the_token_says) {
  rules.leeway = 600s;
  BOOST_TEST((claims(with_details({readable})).value().grant.expires == test_now + 60s));
  const json old = {{"exp", seconds_of(test_now) + 60}};
  BOOST_TEST((claims(old, false).value().grant.expires == test_now + 660s));
}

BOOST_AUTO_TEST_CASE(bounds) {
  const json topic = {{"match", "a"}};
  BOOST_TEST(reason(with_details({detail({"publish"}, {topic, topic}), detail({"publish"}, {topic})})) == -1);
  BOOST_TEST(reason(with_details({detail({"publish"}, {topic, topic}),
                                  detail({"publish"}, {topic, topic})})) == refused(Reason::topics));
  rules.topic_bytes_max = 4;
  BOOST_TEST(reason(with_details({detail({"publish"}, {{{"match", "abcd"}}})})) == -1);
  BOOST_TEST(reason(with_details({detail({"publish"}, {{{"match", "abcde"}}})})) == refused(Reason::topics));
  const json pattern = {{"match", "/:a"}, {"match_type", "urlpattern"}};
  BOOST_TEST(reason(with_details({detail({"publish"}, {pattern})})) == -1);
  log::TemplateCache none(0);
  const auto payload = with_details({detail({"publish"}, {pattern})}).dump();
  BOOST_TEST(!parse_claims(payload, rules, &none, true).has_value());
  BOOST_TEST(!parse_claims(payload, rules, nullptr, true).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
