// Keys: which are taken, which are left out or refused, and which of them a token is tried with.
#include "access/key_set.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/access/tokens.hpp"

using namespace worker;
using namespace worker::access;

namespace {

std::string problem(const KeyResult& key) { return key ? "no problem" : key.error(); }
std::string problem(const base::Result<LoadedKeys, std::string>& keys) {
  return keys ? "no problem" : keys.error();
}

std::string problem(const json& jwk, std::optional<Algorithm> algorithm = {}) {
  return problem(jwk_key(jwk, algorithm, KeyUse::verify));
}

json ec_jwk() {
  return json::parse(R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                         "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
}
json oct_jwk(std::size_t bytes) {
  return {{"kty", "oct"}, {"alg", "HS256"}, {"k", encode_base64url(std::string(bytes, 's'))}};
}
json rsa_jwk(std::size_t bytes, const std::string& exponent = std::string("\1\0\1", 3)) {
  return {{"kty", "RSA"},
          {"alg", "RS256"},
          {"n", encode_base64url('\x80' + std::string(bytes - 2, 'n') + '\1')},
          {"e", encode_base64url(exponent)}};
}
json with(json jwk, const char* name, const json& value) {
  jwk[name] = value;
  return jwk;
}
std::string set_of(const json& keys) { return json{{"keys", keys}}.dump(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(key_set_suite)

BOOST_AUTO_TEST_CASE(secrets_have_the_bytes_of_the_hash) {
  const std::pair<Algorithm, std::size_t> least[] = {
      {Algorithm::hs256, 32}, {Algorithm::hs384, 48}, {Algorithm::hs512, 64}};
  for (const auto& [algorithm, bytes] : least) {
    BOOST_TEST(problem(secret_key(std::string(bytes, 's'), algorithm)) == "no problem");
    BOOST_TEST(problem(secret_key(std::string(bytes - 1, 's'), algorithm)) ==
               "the secret has " + std::to_string(bytes - 1) + " bytes; " + std::string(name_of(algorithm)) +
                   " needs at least " + std::to_string(bytes) + ". `openssl rand -base64 " +
                   std::to_string(bytes) + "` makes one");
  }
  BOOST_TEST(problem(secret_key("", Algorithm::hs256)).starts_with("the secret has 0 bytes"));
  BOOST_TEST(problem(secret_key(test_secret, {})) == "a secret needs `algorithm`: HS256, HS384 or HS512");
  BOOST_TEST(problem(secret_key(test_secret, Algorithm::es256)) ==
             "a secret is a key for HS256, HS384 and HS512, not for ES256");
  BOOST_TEST(problem(oct_jwk(32)) == "no problem");
  BOOST_TEST(problem(oct_jwk(31)).starts_with("the secret has 31 bytes; HS256 needs at least 32"));
}

BOOST_AUTO_TEST_CASE(rsa_keys_have_2048_to_8192_bits) {
  BOOST_TEST(problem(rsa_jwk(256)) == "no problem");
  BOOST_TEST(problem(rsa_jwk(1'024)) == "no problem");
  BOOST_TEST(problem(rsa_jwk(255)) == "the RSA key has 2040 bits; at least 2048 are required");
  BOOST_TEST(problem(rsa_jwk(128)) == "the RSA key has 1024 bits; at least 2048 are required");
  BOOST_TEST(problem(rsa_jwk(1'025)) == "the RSA key has 8200 bits; at most 8192 are allowed");
  // Zeros in front do not make it longer.
  BOOST_TEST(
      problem(with(rsa_jwk(256), "n", encode_base64url(std::string(200, '\0') + std::string(128, 'n')))) ==
      "the RSA key has 1023 bits; at least 2048 are required");
  for (const auto& exponent : {std::string("\1"), std::string("\2"), std::string(1, '\0'),
                               std::string("\1\0", 2), std::string(5, '\xff'), std::string(256, '\3')})
    BOOST_TEST(problem(rsa_jwk(256, exponent)) == "the RSA key has an exponent that is not allowed",
               exponent.size());
  BOOST_TEST(problem(rsa_jwk(256, "\3")) == "no problem");
  for (const auto& wrong : {json(), json(1), json(""), json("a+b"), json("AA==")}) {
    BOOST_TEST(problem(with(rsa_jwk(256), "n", wrong)) == "the RSA key has no valid `n` and `e`");
    BOOST_TEST(problem(with(rsa_jwk(256), "e", wrong)) == "the RSA key has no valid `n` and `e`");
  }
}

BOOST_AUTO_TEST_CASE(algorithms_of_keys) {
  auto rsa = rsa_jwk(256);
  rsa.erase("alg");
  auto oct = oct_jwk(64);
  oct.erase("alg");
  BOOST_TEST(problem(rsa) == "it fits several algorithms; configure `algorithm`, such as RS256");
  BOOST_TEST(problem(oct) == "it fits several algorithms; configure `algorithm`, such as HS256");
  BOOST_TEST((jwk_key(rsa, Algorithm::ps512, KeyUse::verify).value().algorithm == Algorithm::ps512));
  BOOST_TEST((jwk_key(ec_jwk(), {}, KeyUse::verify).value().algorithm == Algorithm::es256));
  // `alg` in the file says more than what is configured for all of it.
  BOOST_TEST((jwk_key(rsa_jwk(256), Algorithm::ps512, KeyUse::verify).value().algorithm == Algorithm::rs256));
  BOOST_TEST(problem(rsa, Algorithm::es256) == "it is not a key for ES256, the configured `algorithm`");
  BOOST_TEST(problem(rsa, Algorithm::hs256) == "it is not a key for HS256, the configured `algorithm`");
  BOOST_TEST(problem(ec_jwk(), Algorithm::es384) ==
             "ES384 needs a key on the curve P-384, and this key is on another");
  BOOST_TEST(problem(with(ec_jwk(), "alg", "ES512")) ==
             "ES512 needs a key on the curve P-521, and this key is on another");
  BOOST_TEST(problem(with(ec_jwk(), "alg", "HS256")) == "its `alg` HS256 does not fit its `kty`");
  BOOST_TEST(problem(with(ec_jwk(), "alg", "none")) == "its `alg` is not supported");
  BOOST_TEST(problem(with(ec_jwk(), "alg", 1)) == "its `alg` is not supported");
  BOOST_TEST(problem(with(ec_jwk(), "alg", "ECDH-ES")) == "its `alg` is not supported");
  BOOST_TEST(problem(with(ec_jwk(), "crv", "secp256k1")) ==
             "its curve is not supported; supported are P-256, P-384, P-521 and Ed25519");
  BOOST_TEST(problem(with(ec_jwk(), "kty", "OKP")) ==
             "its curve is not supported; supported are P-256, P-384, P-521 and Ed25519");
  BOOST_TEST(problem(with(ec_jwk(), "crv", "Ed25519")) ==
             "its curve is not supported; supported are P-256, P-384, P-521 and Ed25519");
  BOOST_TEST(problem(with(ec_jwk(), "kty", "X")) ==
             "its `kty` is not supported; supported are RSA, EC, OKP and oct");
  BOOST_TEST(problem(json{{"crv", "P-256"}}) ==
             "its `kty` is not supported; supported are RSA, EC, OKP and oct");
}

BOOST_AUTO_TEST_CASE(points_that_are_on_no_curve) {
  const auto y = encode_base64url(std::string(32, '\1'));
  BOOST_TEST(problem(with(ec_jwk(), "y", y)) == "its numbers are not those of a key");
  for (const auto& wrong : {json(), json(1), json(""), json(encode_base64url(std::string(31, 'x'))),
                            json(encode_base64url(std::string(33, 'x')))})
    BOOST_TEST(problem(with(ec_jwk(), "x", wrong)) == "the EC key needs `x` and `y` of 32 bytes each");
}

BOOST_AUTO_TEST_CASE(keys_of_ed25519) {
  const json jwk = {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", encode_base64url(std::string(32, 'x'))}};
  BOOST_TEST((jwk_key(jwk, {}, KeyUse::verify).value().algorithm == Algorithm::eddsa));
  BOOST_TEST(problem(with(jwk, "alg", "EdDSA"), Algorithm::es256) == "no problem");
  BOOST_TEST(problem(with(jwk, "alg", "ES256")) == "its `alg` ES256 does not fit its `kty`");
  BOOST_TEST(problem(jwk, Algorithm::es256) == "it is not a key for ES256, the configured `algorithm`");
  BOOST_TEST(problem(with(ec_jwk(), "alg", "EdDSA")) == "its `alg` EdDSA does not fit its `kty`");
  for (const auto* curve : {"Ed448", "X25519", "P-256"}) {
    BOOST_TEST(problem(with(jwk, "crv", curve)) ==
               "its curve is not supported; supported are P-256, P-384, P-521 and Ed25519");
    BOOST_TEST(problem(with(with(jwk, "crv", curve), "alg", "EdDSA")) ==
               "EdDSA needs a key on the curve Ed25519, and this key is on another");
  }
  for (const auto& wrong : {json(), json(1), json(""), json(encode_base64url(std::string(31, 'x'))),
                            json(encode_base64url(std::string(33, 'x')))})
    BOOST_TEST(problem(with(jwk, "x", wrong)) == "the OKP key needs `x` of 32 bytes");
  BOOST_TEST(problem(jwk_key(jwk, {}, KeyUse::sign)) ==
             "it is a public key; a private one is needed to sign");
  BOOST_TEST(problem(jwk_key(with(jwk, "d", encode_base64url("short")), {}, KeyUse::sign)) ==
             "its numbers are not those of a key");
}

BOOST_AUTO_TEST_CASE(pem_files_of_other_kinds) {
  const auto pair = new_ec_pair("P-256");
  BOOST_TEST(problem(pem_key(pair.public_pem, {}, KeyUse::verify)) == "no problem");
  BOOST_TEST(problem(pem_key("some text\n" + pair.public_pem + "more\n", {}, KeyUse::verify)) ==
             "no problem");
  BOOST_TEST(problem(pem_key(pair.private_pem, {}, KeyUse::verify))
                 .starts_with("holds a private key, which only the issuer should have"));
  BOOST_TEST(problem(pem_key("-----BEGIN CERTIFICATE-----\n", {}, KeyUse::verify))
                 .starts_with("holds a certificate"));
  for (const auto& text :
       {std::string(), std::string("x"), std::string(100'000, 'x'), std::string(1'000, '\0'),
        std::string("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"),
        pair.public_pem.substr(0, 100)})
    BOOST_TEST(problem(pem_key(text, {}, KeyUse::verify)) == "holds no public key in PEM");
  BOOST_TEST(problem(pem_key(new_ec_pair("secp256k1").public_pem, {}, KeyUse::verify)) ==
             "its curve is not supported; supported are P-256, P-384 and P-521");
  BOOST_TEST(problem(pem_key(new_rsa_pair(1'024).public_pem, Algorithm::rs256, KeyUse::verify)) ==
             "the RSA key has 1024 bits; at least 2048 are required");
  BOOST_TEST(problem(pem_key(new_rsa_pair().public_pem, {}, KeyUse::verify)) ==
             "it fits several algorithms; configure `algorithm`, such as RS256");
  BOOST_TEST(problem(pem_key(pair.public_pem, {}, KeyUse::sign)) ==
             "holds no private key in PEM that can be read without a passphrase");
}

BOOST_AUTO_TEST_CASE(a_set_leaves_out_what_it_cannot_use) {
  const auto loaded =
      parse_key_set(set_of({ec_jwk(), with(ec_jwk(), "use", "enc"), with(ec_jwk(), "use", 1),
                            with(ec_jwk(), "key_ops", {"sign"}), with(ec_jwk(), "key_ops", {"verify"}),
                            with(ec_jwk(), "d", "AA"), with(ec_jwk(), "kid", 7), 1, json::object(),
                            with(ec_jwk(), "kid", "b")}),
                    {}, "f");
  BOOST_REQUIRE(loaded.has_value());
  const auto& keys = loaded.value().keys;
  BOOST_REQUIRE_EQUAL(keys.size(), 3U);
  BOOST_TEST(keys[0].source == "f: /keys/0");
  BOOST_TEST(keys[2].source == "f: /keys/9");
  BOOST_TEST(keys[2].id == "b");
  const std::vector<std::string> warnings = {
      "f: /keys/1: is not for verifying signatures",
      "f: /keys/2: is not for verifying signatures",
      "f: /keys/3: is not for verifying signatures",
      "f: /keys/5: is a private key, which only the issuer should have; put the public key here",
      "f: /keys/6: its `kid` is not a string",
      "f: /keys/7: is not a JSON object",
      "f: /keys/8: its `kty` is not supported; supported are RSA, EC, OKP and oct"};
  BOOST_TEST(loaded.value().warnings == warnings, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(sets_without_a_usable_key) {
  BOOST_TEST(problem(parse_key_set("", {}, "f")) == "f: is not valid JSON in UTF-8");
  BOOST_TEST(problem(parse_key_set("[]", {}, "f")) == "f: is not a JSON object");
  BOOST_TEST(problem(parse_key_set("{}", {}, "f")) == "f: has no list `keys`: it is not a JWK set");
  BOOST_TEST(problem(parse_key_set(R"({"keys":{}})", {}, "f")) ==
             "f: has no list `keys`: it is not a JWK set");
  BOOST_TEST(problem(parse_key_set(R"({"keys":[]})", {}, "f")) == "f: /keys: is empty");
  BOOST_TEST(problem(parse_key_set(R"({"keys":[],"keys":[]})", {}, "f")) == "f: has a member twice");
  BOOST_TEST(
      problem(parse_key_set(set_of(json::array({rsa_jwk(128)})), {}, "f")) ==
      "f: /keys/0: the RSA key has 1024 bits; at least 2048 are required; no key of this file can be used");
  BOOST_TEST(problem(parse_key_set(oct_jwk(31).dump(), {}, "f"))
                 .starts_with("f: the secret has 31 bytes; HS256 needs at least 32"));
  BOOST_TEST(problem(parse_key_set(ec_jwk().dump(), {}, "f")) == "no problem");
  BOOST_TEST(problem(parse_key_set(set_of(std::vector<json>(keys_max, ec_jwk())), {}, "f")) == "no problem");
  BOOST_TEST(problem(parse_key_set(set_of(std::vector<json>(keys_max + 1, ec_jwk())), {}, "f")) ==
             "f: /keys: has 101 keys; at most 100 are allowed");
}

BOOST_AUTO_TEST_CASE(which_keys_a_token_is_tried_with) {
  std::vector<Key> keys = {test_key(Algorithm::hs256, test_secret, "a"),
                           test_key(Algorithm::hs256, test_secret, "b"),
                           test_key(Algorithm::hs384, test_secret, "a"), test_key(Algorithm::hs256),
                           test_key(Algorithm::hs256, test_secret, "a")};
  const auto found = [&](const std::optional<std::string>& id, Algorithm algorithm = Algorithm::hs256) {
    const KeySet set(keys);
    std::vector<std::size_t> places;
    for (const auto* key : set.candidates(algorithm, id))
      places.push_back(static_cast<std::size_t>(key - set.keys().data()));
    return places;
  };
  using Places = std::vector<std::size_t>;
  BOOST_TEST(found({}) == (Places{0, 1, 3, 4}));
  BOOST_TEST(found("a") == (Places{0, 4}));
  BOOST_TEST(found("a", Algorithm::hs384) == (Places{2}));
  BOOST_TEST(found("b", Algorithm::hs384) == Places{});
  // Only those without a name.
  BOOST_TEST(found("c") == (Places{3}));
  BOOST_TEST(found("a", Algorithm::es256) == Places{});
  keys.assign(30, test_key());
  BOOST_TEST(found({}).size() == key_tries_max);
}

BOOST_AUTO_TEST_SUITE_END()
