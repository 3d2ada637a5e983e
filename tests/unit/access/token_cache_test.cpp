// The cache: its bounds, and what leaves it.
#include "access/token_cache.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/access/tokens.hpp"

using namespace worker;
using namespace worker::access;

namespace {

TokenCache::Digest digest(int n) { return TokenCache::digest("token " + std::to_string(n)); }

void add(TokenCache& cache, int n, std::size_t bytes = 1) {
  cache.add(digest(n), {std::make_shared<const Grant>(Grant{.subject = std::to_string(n)}), {}}, bytes);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(token_cache_suite)

BOOST_AUTO_TEST_CASE(digests_are_sha_256) {
  const auto text = TokenCache::digest("abc");
  BOOST_TEST(encode_base64url({reinterpret_cast<const char*>(text.data()), text.size()}) ==
             "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
}

BOOST_AUTO_TEST_CASE(never_more_than_its_entries) {
  TokenCache cache(100, 1'000'000);
  for (int n = 0; n < 1'000; ++n) {
    add(cache, n);
    BOOST_TEST_REQUIRE(cache.size() <= 100U);
    BOOST_TEST_REQUIRE((cache.find(digest(n)).has_value()));
  }
  BOOST_TEST(cache.size() >= 50U);
  BOOST_TEST((cache.find(digest(999))->grant->subject == "999"));
  BOOST_TEST(!cache.find(digest(0)).has_value());
}

BOOST_AUTO_TEST_CASE(never_more_than_its_bytes) {
  TokenCache cache(1'000, 1'000);
  for (int n = 0; n < 100; ++n) {
    add(cache, n, 100);
    BOOST_TEST_REQUIRE(cache.size() <= 10U);
  }
  add(cache, 1'000, 501);
  BOOST_TEST(!cache.find(digest(1'000)).has_value());
  add(cache, 1'001, 500);
  BOOST_TEST(cache.find(digest(1'001)).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_used_stays) {
  TokenCache cache(10, 1'000'000);
  add(cache, -1);
  for (int n = 0; n < 1'000; ++n) {
    add(cache, n);
    BOOST_TEST_REQUIRE(cache.find(digest(-1)).has_value());
  }
}

BOOST_AUTO_TEST_CASE(removed_from_both_halves) {
  TokenCache cache(4, 1'000'000);
  for (int n = 0; n < 4; ++n) add(cache, n);
  for (int n = 0; n < 4; ++n) {
    cache.remove(digest(n));
    BOOST_TEST(!cache.find(digest(n)).has_value());
  }
  cache.remove(digest(7));
  BOOST_TEST(cache.size() == 0U);
}

BOOST_AUTO_TEST_CASE(without_room_nothing_is_remembered) {
  TokenCache cache(0, 0);
  add(cache, 1);
  BOOST_TEST(cache.size() == 0U);
  const TokenVerifier verifier(KeySet({test_key()}), {}, {.entries_max = 0, .bytes_max = 0});
  const auto token = signed_token(good_claims());
  BOOST_TEST(reason_of(verifier, token) == -1);
  BOOST_TEST(reason_of(verifier, token) == -1);
}

BOOST_AUTO_TEST_SUITE_END()
