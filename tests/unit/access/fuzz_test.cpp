// Random tokens, headers and claims, always the same ones: whatever is parsed stays in its bounds, and
// nothing that was changed is accepted. The sanitizers see reads past the end.
#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "access/compact_token.hpp"
#include "fuzz/random.hpp"
#include "unit/access/tokens.hpp"

using namespace worker;
using namespace worker::access;

namespace {

constexpr std::uint64_t seed = 20261122;

// FUZZ_ROUNDS for a longer run by hand.
std::uint64_t rounds(std::uint64_t usual) {
  const char* text = std::getenv("FUZZ_ROUNDS");
  return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

std::string changed(std::string text, fuzz::Random& random) {
  static const std::vector<std::string> pieces = {"{",
                                                  "}",
                                                  "[",
                                                  "]",
                                                  ",",
                                                  ":",
                                                  "\"",
                                                  "\\",
                                                  "\\u0000",
                                                  "\\ud800",
                                                  "null",
                                                  "-1",
                                                  "1e999",
                                                  "9e18",
                                                  "exp",
                                                  "\"exp\":",
                                                  "\"sse\":",
                                                  "\"subscribe\":",
                                                  "\"*\"",
                                                  "\"alg\":\"none\"",
                                                  "\"alg\":\"HS256\"",
                                                  "\"crit\":[\"b64\"]",
                                                  "\xff",
                                                  "\xc0\xaf",
                                                  ".",
                                                  "=",
                                                  "==",
                                                  "-",
                                                  "_"};
  for (auto changes = 1 + random.below(4); changes > 0; --changes) {
    const auto at = random.below(text.size() + 1);
    switch (random.below(6)) {
      case 0:
        text.insert(at, pieces[random.below(pieces.size())]);
        break;
      case 1:
        text.erase(at, 1 + random.below(8));
        break;
      case 2:
        text.insert(at, text.substr(random.below(text.size() + 1), random.below(64)));
        break;
      case 3:
        text.resize(at);
        break;
      default:
        if (at < text.size())
          text[at] = static_cast<char>(random.chance(50) ? text[at] ^ (1 << random.below(8)) : random.byte());
    }
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fuzz_suite)

BOOST_AUTO_TEST_CASE(changed_tokens_are_never_accepted) {
  const TokenVerifier verifier(KeySet({test_key(), test_key(Algorithm::hs512)}));
  const std::string good[] = {signed_token(good_claims()),
                              signed_token(good_claims(), test_key(Algorithm::hs512))};
  for (const auto& token : good) BOOST_TEST_REQUIRE(reason_of(verifier, token) == -1);
  for (std::uint64_t n = 0; n < rounds(20'000); ++n) {
    fuzz::Random random(seed + n);
    const auto token = changed(good[random.below(2)], random);
    if (token != good[0] && token != good[1] && reason_of(verifier, token) == -1)
      BOOST_ERROR("accepted: seed " << seed + n);
  }
}

// With a signature that is always good, so that every header and payload is read to its end.
BOOST_AUTO_TEST_CASE(whatever_is_signed_stays_in_its_bounds) {
  const TokenVerifier verifier(KeySet({test_key()}));
  auto claims = good_claims();
  claims["mercure"] = {{"subscribe", {"*", "a/{id}"}}, {"publish", {"x"}}};
  claims["nbf"] = seconds_of(test_now) - 5;
  const std::string header = R"({"alg":"HS256","typ":"JWT","kid":"a"})";
  const auto payload = claims.dump();
  std::size_t accepted = 0;
  for (std::uint64_t n = 0; n < rounds(20'000); ++n) {
    fuzz::Random random(seed + n);
    const bool in_header = random.chance(30);
    const auto token = signed_parts(in_header ? changed(header, random) : header,
                                    in_header ? payload : changed(payload, random));
    const auto verified = verifier.verify(token, test_wall());
    if (!verified) {
      if (verified.error().sentence.size() > 400) BOOST_ERROR("a long sentence: seed " << seed + n);
      continue;
    }
    ++accepted;
    const auto& grant = *verified.value();
    if (grant.subscribe.names().size() + grant.subscribe.prefixes().size() > 100 || !grant.expires ||
        *grant.expires <= test_now)
      BOOST_ERROR("out of bounds: seed " << seed + n);
  }
  // Otherwise the test would look at refusals alone.
  BOOST_TEST(accepted > 0U);
}

BOOST_AUTO_TEST_CASE(key_files) {
  const auto pem = new_ec_pair("P-256").public_pem;
  const auto set = json{{"keys",
                         {{{"kty", "EC"},
                           {"crv", "P-256"},
                           {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                           {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}},
                          {{"kty", "oct"}, {"alg", "HS256"}, {"k", encode_base64url(test_secret)}}}}}
                       .dump();
  BOOST_TEST_REQUIRE(parse_key_set(set, {}, "f").has_value());
  for (std::uint64_t n = 0; n < rounds(5'000); ++n) {
    fuzz::Random random(seed + n);
    const auto parsed = parse_key_set(changed(set, random), {}, "f");
    if (parsed && (parsed.value().keys.empty() || parsed.value().keys.size() > keys_max))
      BOOST_ERROR("seed " << seed + n);
    (void)pem_key(changed(pem, random), {}, KeyUse::verify);
  }
}

BOOST_AUTO_TEST_SUITE_END()
