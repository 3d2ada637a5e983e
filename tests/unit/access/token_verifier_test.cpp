// Verifying: who gets which grant, when it ends, what is remembered, and what a change of keys does.
#include "access/token_verifier.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>

#include "unit/access/tokens.hpp"

using namespace worker;
using namespace worker::access;
using namespace std::chrono_literals;
using Reason = TokenRefusal::Reason;

namespace {

TokenVerifier verifier(ClaimRules rules = {}, std::vector<Key> keys = {test_key()}) {
  return TokenVerifier(KeySet(std::move(keys)), std::move(rules));
}

json with(json claims, const char* name, const json& value) {
  claims[name] = value;
  return claims;
}

int refused(Reason reason) { return static_cast<int>(reason); }
constexpr int accepted = -1;

}  // namespace

BOOST_AUTO_TEST_SUITE(token_verifier_suite)

BOOST_AUTO_TEST_CASE(a_good_token_is_a_grant) {
  const auto grant = verifier().verify(signed_token(good_claims()), test_wall());
  BOOST_REQUIRE(grant.has_value());
  BOOST_TEST(grant.value()->subject == "alice");
  BOOST_TEST(grant.value()->subscribe.covers("chat/42"));
  BOOST_TEST(grant.value()->subscribe.covers("news/*"));
  BOOST_TEST(!grant.value()->subscribe.covers("*"));
  BOOST_TEST(grant.value()->publish.matches("chat/42"));
  BOOST_TEST(!grant.value()->publish.matches("news/1"));
  BOOST_TEST(!grant.value()->control);
  BOOST_TEST((grant.value()->expires == test_now + 1h + 60s));
}

BOOST_AUTO_TEST_CASE(what_is_not_said_is_not_granted) {
  for (const auto& claims :
       {json::object(), json{{"sse", json::object()}}, json{{"SSE", {{"subscribe", {"*"}}}}},
        json{{"sse", {{"Subscribe", {"*"}}, {"topics", {"*"}}}}}, json{{"scope", "sse.subscribe:*"}},
        json{{"subscribe", {"*"}}, {"control", true}}}) {
    const auto token = signed_token(with(claims, "exp", seconds_of(test_now) + 60));
    const auto grant = verifier().verify(token, test_wall());
    BOOST_REQUIRE(grant.has_value());
    BOOST_TEST(grant.value()->subscribe.empty(), claims.dump());
    BOOST_TEST(grant.value()->publish.empty());
    BOOST_TEST(!grant.value()->control);
    BOOST_TEST(grant.value()->subject == "");
  }
}

BOOST_AUTO_TEST_CASE(claims_of_mercure) {
  auto claims = good_claims();
  claims["mercure"] = {
      {"subscribe", {"https://e.org/books/1", "*"}}, {"publish", {"books"}}, {"payload", {{"a", 1}}}};
  const auto grant = verifier().verify(signed_token(claims), test_wall()).value();
  BOOST_TEST(grant->subscribe.covers("*"));
  BOOST_TEST(grant->publish.matches("books"));
  BOOST_TEST(grant->publish.matches("chat/42"));
  claims["mercure"] = {{"subscribe", {"a/*", "b/{id}", "c"}}};
  const auto parsed = parse_claims(claims.dump(), {}).value();
  BOOST_TEST(parsed.grant.subscribe.matches("c"));
  BOOST_TEST(!parsed.grant.subscribe.matches("a/1"));
  BOOST_TEST(!parsed.grant.subscribe.matches("a/*"));
  const std::vector<std::string> notices = {
      "mercure.subscribe: a/* is left out; only names and * are understood here",
      "mercure.subscribe: b/{id} is left out; only names and * are understood here"};
  BOOST_TEST(parsed.notices == notices, boost::test_tools::per_element());
  claims.erase("mercure");
  claims["https://mercure.rocks/"] = {{"publish", {"d"}}};
  BOOST_TEST(parse_claims(claims.dump(), {}).value().grant.publish.matches("d"));
}

BOOST_AUTO_TEST_CASE(templates_of_mercure) {
  worker::log::TemplateCache templates;
  auto claims = good_claims();
  claims["mercure"] = {{"subscribe", {"a/*", "https://e.org/{id}", "c", "{open"}}, {"publish", {"{+all}"}}};
  const auto parsed = parse_claims(claims.dump(), {}, &templates).value();
  const auto& subscribe = parsed.grant.subscribe;
  const auto& publish = parsed.grant.publish;
  BOOST_TEST(subscribe.matches("c"));
  BOOST_TEST(subscribe.matches("a/*"));
  BOOST_TEST(!subscribe.matches("a/1"));
  BOOST_TEST(subscribe.matches("https://e.org/7"));
  BOOST_TEST(!subscribe.matches("https://e.org/7/8"));
  BOOST_TEST(publish.matches("anything/at/all"));
  BOOST_TEST(!publish.matches("$stats"));
  BOOST_TEST(parsed.notices.size() == 1U);
  BOOST_TEST(parsed.notices.front().starts_with("mercure.subscribe: {open is left out; "));
  worker::log::TemplateCache none(0);
  BOOST_TEST((parse_claims(claims.dump(), {}, &none).error().reason == TokenRefusal::Reason::topics));
}

BOOST_AUTO_TEST_CASE(limits_of_topics_at_their_edges) {
  ClaimRules rules;
  rules.topics_max = 3;
  rules.topic_bytes_max = 4;
  const auto reason = [&](const json& list) {
    return reason_of(verifier(rules),
                     signed_token({{"exp", seconds_of(test_now) + 60}, {"sse", {{"publish", list}}}}));
  };
  BOOST_TEST(reason({"a", "b", "c"}) == accepted);
  BOOST_TEST(reason({"a", "b", "c", "c"}) == refused(Reason::topics));
  BOOST_TEST(reason({"abcd", "ab/*"}) == accepted);
  BOOST_TEST(reason({"abcde"}) == refused(Reason::topics));
  BOOST_TEST(reason(json::array()) == accepted);
}

BOOST_AUTO_TEST_CASE(times_at_their_edges) {
  const auto now = seconds_of(test_now);
  const auto at = [&](const json& claims, ClaimRules rules = {}) {
    return reason_of(verifier(std::move(rules)), signed_token(claims));
  };
  const auto exp = [&](long long away) { return json{{"exp", now + away}}; };
  BOOST_TEST(at(exp(-59)) == accepted);
  BOOST_TEST(at(exp(-60)) == refused(Reason::expired));
  BOOST_TEST(at({{"exp", static_cast<double>(now) - 59.1}}) == refused(Reason::expired));
  BOOST_TEST(at({{"exp", static_cast<double>(now) + 0.5}}) == accepted);
  BOOST_TEST(at({{"exp", 253'402'300'799}}) == accepted);
  BOOST_TEST(at(with(exp(9), "nbf", now + 60)) == accepted);
  BOOST_TEST(at(with(exp(9), "nbf", now + 61)) == refused(Reason::not_yet_valid));
  BOOST_TEST(at(with(exp(9), "iat", now + 60)) == accepted);
  BOOST_TEST(at(with(exp(9), "iat", now + 61)) == refused(Reason::not_yet_valid));
  const ClaimRules exact{.leeway = 0s};
  BOOST_TEST(at(exp(1), exact) == accepted);
  BOOST_TEST(at(exp(0), exact) == refused(Reason::expired));
  BOOST_TEST(at(with(exp(9), "nbf", now), exact) == accepted);
  BOOST_TEST(at(with(exp(9), "nbf", now + 1), exact) == refused(Reason::not_yet_valid));
  const ClaimRules short_lived{.lifetime_max = 100s};
  BOOST_TEST(at(exp(100), short_lived) == accepted);
  BOOST_TEST(at(exp(101), short_lived) == refused(Reason::lifetime));
  BOOST_TEST(at(with(exp(50), "iat", now - 50), short_lived) == accepted);
  BOOST_TEST(at(with(exp(50), "iat", now - 51), short_lived) == refused(Reason::lifetime));
  const ClaimRules endless{.expiry_required = false};
  BOOST_TEST(at(json::object(), endless) == accepted);
  BOOST_TEST(at(exp(-60), endless) == refused(Reason::expired));
  BOOST_TEST((!verifier(endless).verify(signed_token(json::object()), test_wall()).value()->expires));
}

BOOST_AUTO_TEST_CASE(audience_and_issuer) {
  const ClaimRules rules{.audience = "chat", .issuer = "https://login"};
  const auto at = [&](const json& audience, const json& issuer) {
    return reason_of(verifier(rules),
                     signed_token(with(with(good_claims(), "aud", audience), "iss", issuer)));
  };
  BOOST_TEST(at("chat", "https://login") == accepted);
  BOOST_TEST(at({"x", "chat"}, "https://login") == accepted);
  for (const auto& wrong : {json("Chat"), json("chat "), json(""), json::array(), json({"chats"})})
    BOOST_TEST(at(wrong, "https://login") == refused(Reason::audience));
  BOOST_TEST(reason_of(verifier(rules), signed_token(good_claims())) == refused(Reason::audience));
  for (const auto& wrong : {json("https://login/"), json(1), json(), json({"https://login"})})
    BOOST_TEST(at("chat", wrong) == refused(Reason::issuer));
  // Whoever has no name is not meant.
  BOOST_TEST(reason_of(verifier(), signed_token(with(good_claims(), "aud", "chat"))) ==
             refused(Reason::audience));
  BOOST_TEST(reason_of(verifier(), signed_token(with(good_claims(), "iss", 1))) == accepted);
}

BOOST_AUTO_TEST_CASE(tokens_of_every_size) {
  // base64url makes 4 of 3: every padding, up to the longest that is allowed.
  for (std::size_t size = 0; size < 64; ++size)
    BOOST_TEST(reason_of(verifier(), signed_token(with(good_claims(), "x", std::string(size, 'x')))) ==
               accepted);
  const auto plain = signed_token(good_claims()).size();
  const auto longest = (token_bytes_max - plain) / 4 * 3 - 12;
  BOOST_TEST(reason_of(verifier(), signed_token(with(good_claims(), "x", std::string(longest, 'x')))) ==
             accepted);
}

BOOST_AUTO_TEST_CASE(without_keys) {
  TokenVerifier nobody;
  BOOST_TEST(!nobody.has_keys());
  BOOST_TEST(reason_of(nobody, signed_token(good_claims())) == refused(Reason::key));
  nobody.set_keys(KeySet({test_key()}));
  BOOST_TEST(nobody.has_keys());
  BOOST_TEST(reason_of(nobody, signed_token(good_claims())) == accepted);
}

BOOST_AUTO_TEST_CASE(a_known_token_is_the_same_grant_until_it_ends) {
  const auto readers = verifier();
  const auto token = signed_token(good_claims());
  const auto grant = readers.verify(token, test_wall()).value();
  BOOST_TEST(readers.verify(token, test_wall()).value() == grant);
  BOOST_TEST(readers.verify(token, test_wall() + 1h + 59s).value() == grant);
  const auto ended = readers.verify(token, test_wall() + 1h + 60s);
  BOOST_REQUIRE(!ended);
  BOOST_TEST(refused(ended.error().reason) == refused(Reason::expired));
  // The clock is set back.
  BOOST_TEST(readers.verify(token, test_wall()).has_value());
}

BOOST_AUTO_TEST_CASE(a_known_token_may_not_be_valid_any_more) {
  const auto readers = verifier();
  const auto token = signed_token(with(good_claims(), "nbf", seconds_of(test_now)));
  BOOST_TEST(readers.verify(token, test_wall()).has_value());
  BOOST_TEST(!readers.verify(token, test_wall() - 61s).has_value());
}

BOOST_AUTO_TEST_CASE(other_keys_and_rules_count_at_once) {
  auto readers = verifier();
  const auto token = signed_token(good_claims());
  BOOST_TEST(reason_of(readers, token) == accepted);
  readers.set_keys(KeySet({test_key(Algorithm::hs256, std::string(32, 'n'))}));
  BOOST_TEST(reason_of(readers, token) == refused(Reason::signature));
  readers.set_keys(KeySet({test_key()}));
  BOOST_TEST(reason_of(readers, token) == accepted);
  readers.set(KeySet({test_key()}), {.issuer = "https://login"});
  BOOST_TEST(reason_of(readers, token) == refused(Reason::issuer));
  readers.set_keys(KeySet({test_key()}));
  BOOST_TEST(reason_of(readers, token) == refused(Reason::issuer));
  readers.set_keys({});
  BOOST_TEST(reason_of(readers, token) == refused(Reason::key));
}

// Two keys take turns while others verify with both tokens. A token is accepted exactly if its key is one of
// the two states.
BOOST_AUTO_TEST_CASE(keys_are_rotated_while_others_verify) {
  const auto new_key = [] {
    const auto pair = new_ec_pair("P-256");
    return std::pair(pem_key(pair.private_pem, {}, KeyUse::sign).value(),
                     pem_key(pair.public_pem, {}, KeyUse::verify).value());
  };
  const auto [sign_first, first] = new_key();
  const auto [sign_second, second] = new_key();
  const auto [sign_always, always] = new_key();
  const std::string tokens[] = {signed_token(good_claims(), sign_first),
                                signed_token(good_claims(), sign_second),
                                signed_token(good_claims(), sign_always)};
  TokenVerifier readers(KeySet({first, always}));
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0;
  std::atomic<int> good[3] = {};
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int n = 0; n < 3; ++n) {
    threads.emplace_back([&] {
      while (!stop) {
        for (std::size_t i = 0; i < 3; ++i) {
          const auto reason = reason_of(readers, tokens[i]);
          if (reason == accepted) ++good[i];
          if (reason != accepted && (i == 2 || reason != refused(Reason::signature))) ++wrong;
        }
      }
    });
  }
  // As many as it takes for each to have been accepted; the deadline only ends a test that hangs.
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  int turns = 0;
  while ((turns < 200 || good[0] == 0 || good[1] == 0 || good[2] == 0) &&
         std::chrono::steady_clock::now() < deadline) {
    readers.set_keys(KeySet({++turns % 2 == 0 ? first : second, always}));
    std::this_thread::yield();
  }
  readers.set_keys(KeySet({second, always}));
  BOOST_TEST(reason_of(readers, tokens[0]) == refused(Reason::signature));
  BOOST_TEST(reason_of(readers, tokens[1]) == accepted);
  stop = true;
  for (auto& thread : threads) thread.join();
  BOOST_TEST(good[0] > 0);
  BOOST_TEST(good[1] > 0);
  BOOST_TEST(good[2] > 0);
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()
