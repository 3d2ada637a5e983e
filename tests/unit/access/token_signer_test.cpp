// Tokens that `sse-worker token` makes, and what it says of tokens.
#include "access/token_signer.hpp"

#include <boost/test/unit_test.hpp>

#include "access/token_report.hpp"
#include "unit/access/tokens.hpp"

using namespace worker;
using namespace worker::access;
using namespace std::chrono_literals;

namespace {

const ClaimRules strict{.audience = "chat", .issuer = "https://login", .lifetime_max = 1h};

std::string made(const TokenRequest& request, const ClaimRules& rules = strict) {
  const auto token = sign_token(test_key(), request, rules, test_now);
  return token ? token.value().text : token.error();
}

TokenReport report(const std::string& token, const ClaimRules& rules = strict,
                   std::chrono::seconds later = 0s) {
  auto key = test_key();
  key.source = "c.yaml:3:9";
  return report_token(token, KeySet({key}), rules, test_now + later);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(token_signer_suite)

BOOST_AUTO_TEST_CASE(what_it_makes_is_accepted) {
  for (const auto name : algorithm_names) {
    const auto algorithm = *algorithm_named(name);
    auto hidden = test_key(Algorithm::hs256);
    auto open = hidden;
    if (kind_of(algorithm) == KeyKind::secret) {
      hidden = open = test_key(algorithm);
    } else {
      const auto pair = new_pair_for(algorithm);
      hidden = pem_key(pair.private_pem, algorithm, KeyUse::sign).value();
      open = pem_key(pair.public_pem, algorithm, KeyUse::verify).value();
    }
    hidden.id = open.id = "key 1";
    const auto token = sign_token(hidden, {{"chat/42"}, {"a", "b/*"}, true, "alice", 1h}, strict, test_now);
    BOOST_REQUIRE_MESSAGE(token.has_value(), name);
    const auto grant = TokenVerifier(KeySet({open}), strict).verify(token.value().text, test_wall());
    BOOST_REQUIRE_MESSAGE(grant.has_value(), name);
    BOOST_TEST(grant.value()->subject == "alice");
    BOOST_TEST(grant.value()->control);
    BOOST_TEST(grant.value()->subscribe.matches("chat/42"));
    BOOST_TEST(grant.value()->publish.covers("b/*"));
    if (kind_of(algorithm) != KeyKind::secret)
      BOOST_TEST(!sign_token(open, {{"a"}}, strict, test_now).has_value(), name);
  }
}

BOOST_AUTO_TEST_CASE(what_would_be_refused_is_not_made) {
  BOOST_TEST(made({.subscribe = {"a"}, .lifetime = 2h}) ==
             "The token is valid for too long: from `iat` (or now) to `exp` there may be 3600 seconds.");
  BOOST_TEST(made({.subscribe = {""}}) == "A topic in the claim `sse.subscribe` must not be empty.");
  BOOST_TEST(made({.publish = {"a\n"}}) ==
             "A topic in the claim `sse.publish` contains a control character.");
  BOOST_TEST(made({.publish = {"\xff"}}) == "a topic is not valid UTF-8");
  BOOST_TEST(made({.subscribe = {"a"}, .subject = "\xff"}) == "the subject is not valid UTF-8");
  BOOST_TEST(
      made({.subscribe = std::vector<std::string>(101, "a")}) ==
      "The claim `sse.subscribe` has too many topics: 101 of them, and 100 are allowed. Use patterns.");
  BOOST_TEST(made({.subscribe = std::vector<std::string>(90, std::string(100, 'a'))})
                 .ends_with("at most 8192 are allowed"));
}

BOOST_AUTO_TEST_CASE(a_report_of_a_good_token) {
  const auto said = report(made({{"chat/42", "news/*"}, {}, true, "alice", 1h}));
  BOOST_TEST(said.accepted);
  BOOST_TEST(said.text ==
             "algorithm: HS256\n"
             "signed with: c.yaml:3:9\n"
             "subject: alice\n"
             "may read: chat/42, news/*\n"
             "may publish: nothing\n"
             "may control: yes\n"
             "issued: 2026-11-22T07:20:00Z, 0 s ago\n"
             "ends: 2026-11-22T08:20:00Z, in 60 min\n"
             "accepted\n");
}

BOOST_AUTO_TEST_CASE(reports_of_tokens_that_are_refused) {
  const auto token = made({.subscribe = {"*"}});
  const auto ended = report(token, strict, 3h);
  BOOST_TEST(!ended.accepted);
  BOOST_TEST(ended.text.ends_with(
      "ends: 2026-11-22T08:20:00Z, 2 h ago\n"
      "refused: The token has expired: the time in its claim `exp` is over. Get a new one.\n"));
  BOOST_TEST(report("x").text.starts_with("refused: The token must be a signed JSON Web Token"));
  BOOST_TEST(report(token.substr(0, token.rfind('.') + 1)).text ==
             "algorithm: HS256\nrefused: The signature of the token was not made with a configured key.\n");
  BOOST_TEST(report(token, {}).text.find("refused: The token has a claim `aud`") != std::string::npos);
  // Nothing of the year 9999 overflows.
  BOOST_TEST(
      report(signed_token({{"exp", 253'402'300'799}}), {}).text.find("ends: 9999-12-31T23:59:59Z, in ") !=
      std::string::npos);
  BOOST_TEST(report(signed_token({{"sub", "a"}}), {.expiry_required = false}).text.find("ends: never\n") !=
             std::string::npos);
  BOOST_TEST(report(signed_token({{"exp", 253'402'300'799}, {"sse", {{"topics", {"a"}}}}}), {})
                 .text.find("notice: sse.topics is not known and grants nothing\n") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
