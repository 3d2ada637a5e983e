// Verifying: who gets which grant, what is remembered, and what a change of keys does.
#include "access/token_verifier.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/access/tokens.hpp"

using namespace worker;
using namespace worker::access;
using namespace std::chrono_literals;
using Reason = TokenRefusal::Reason;

namespace {

TokenVerifier verifier(std::vector<Key> keys = {test_key()}, ClaimRules rules = {}) {
  return TokenVerifier(KeySet(std::move(keys)), std::move(rules));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(token_verifier_suite)

BOOST_AUTO_TEST_CASE(a_good_token_is_a_grant) {
  const auto readers = verifier();
  const auto grant = readers.verify(signed_token(good_claims()), test_wall());
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

BOOST_AUTO_TEST_SUITE_END()
