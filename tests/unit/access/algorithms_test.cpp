// Every algorithm: tokens that other implementations made, and what must not pass between kinds of keys.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>

#include "unit/access/tokens.hpp"

using namespace worker;
using namespace worker::access;
using Reason = TokenRefusal::Reason;

namespace {

// Made by the npm package jose 6.2 and by node:crypto 20, with keys of theirs, for 2026-11-22T07:20:00Z; with
// EdDSA among them.
const json& foreign() {
  static const json data = json::parse(std::ifstream(FOREIGN_TOKENS));
  return data;
}

LoadedKeys foreign_keys() {
  return parse_key_set(json{{"keys", foreign().at("keys")}}.dump(), {}, "f").value();
}

int refused(Reason reason) { return static_cast<int>(reason); }

// A token with another signature.
std::string with_signature(const std::string& token, const std::string& signature) {
  return token.substr(0, token.rfind('.') + 1) + encode_base64url(signature);
}
std::string signature_of(const std::string& token) {
  return decode_base64url(token.substr(token.rfind('.') + 1)).value();
}

struct Signer {
  Key hidden;
  TokenVerifier verifier;
  PemPair pem;
};

Signer new_signer(Algorithm algorithm) {
  if (kind_of(algorithm) == KeyKind::secret) {
    auto key = test_key(algorithm);
    return {key, TokenVerifier(KeySet({key})), {}};
  }
  auto pair = new_pair_for(algorithm);
  auto hidden = pem_key(pair.private_pem, algorithm, KeyUse::sign).value();
  return {hidden, TokenVerifier(KeySet({pem_key(pair.public_pem, algorithm, KeyUse::verify).value()})), pair};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(algorithms_suite)

BOOST_AUTO_TEST_CASE(names) {
  for (std::size_t i = 0; i < algorithm_names.size(); ++i) {
    BOOST_TEST(name_of(static_cast<Algorithm>(i)) == algorithm_names[i]);
    BOOST_TEST((algorithm_named(algorithm_names[i]) == static_cast<Algorithm>(i)));
  }
  for (const auto* other : {"none", "", "hs256", "eddsa", "HS256 "})
    BOOST_TEST(!algorithm_named(other), other);
  BOOST_TEST(hash_bytes_of(Algorithm::ps384) == 48U);
  BOOST_TEST(curve_of(Algorithm::es512).name == "P-521");
  BOOST_TEST((kind_of(Algorithm::hs512) == KeyKind::secret));
  BOOST_TEST((kind_of(Algorithm::rs256) == KeyKind::rsa));
  BOOST_TEST((kind_of(Algorithm::ps512) == KeyKind::rsa));
  BOOST_TEST((kind_of(Algorithm::es256) == KeyKind::ec));
  BOOST_TEST((kind_of(Algorithm::es512) == KeyKind::ec));
  BOOST_TEST((kind_of(Algorithm::eddsa) == KeyKind::okp));
}

BOOST_AUTO_TEST_CASE(tokens_of_other_implementations) {
  const auto loaded = foreign_keys();
  BOOST_TEST(loaded.keys.size() == algorithm_names.size());
  BOOST_TEST(loaded.warnings.empty());
  const TokenVerifier verifier{KeySet(loaded.keys)};
  std::map<std::string, int> accepted;
  for (const auto& each : foreign().at("tokens")) {
    const auto alg = each.at("alg").get<std::string>();
    const auto reason = reason_of(verifier, each.at("token"));
    if (reason == -1) ++accepted[alg];
    BOOST_TEST(reason == -1, alg << " " << each.at("maker"));
  }
  BOOST_TEST(accepted.size() == algorithm_names.size());
  for (const auto& [alg, count] : accepted) BOOST_TEST(count == 3, alg);
}

// The same by the PEM files, each alone.
BOOST_AUTO_TEST_CASE(public_keys_in_pem) {
  for (const auto& each : foreign().at("tokens")) {
    const auto pem = each.at("pem").get<std::string>();
    const auto alg = each.at("alg").get<std::string>();
    if (pem.empty()) continue;
    const auto key = pem_key(pem, algorithm_named(alg), KeyUse::verify);
    BOOST_REQUIRE_MESSAGE(key.has_value(), alg);
    BOOST_TEST(reason_of(TokenVerifier(KeySet({key.value()})), each.at("token")) == -1, alg);
  }
}

// A kid of one key and a token of another, and keys whose `alg` is another one of their kind.
BOOST_AUTO_TEST_CASE(a_key_has_one_algorithm) {
  for (const auto& each : foreign().at("tokens")) {
    const auto alg = each.at("alg").get<std::string>();
    for (const auto name : algorithm_names) {
      if (name == alg) continue;
      auto keys = json::array();
      for (auto key : foreign().at("keys")) {
        if (key.at("kid") != alg) continue;
        key["alg"] = name;
        keys.push_back(key);
      }
      const auto loaded = parse_key_set(json{{"keys", keys}}.dump(), {}, "f");
      if (!loaded) continue;  // the kind is another, or the secret too short
      BOOST_TEST(
          reason_of(TokenVerifier(KeySet(loaded.value().keys)), each.at("token")) == refused(Reason::key),
          alg << " as " << name);
    }
  }
}

BOOST_AUTO_TEST_CASE(damaged_signatures) {
  for (const auto name : algorithm_names) {
    const auto algorithm = *algorithm_named(name);
    const auto [hidden, verifier, pem] = new_signer(algorithm);
    const auto token = signed_token(good_claims(), hidden);
    BOOST_TEST(reason_of(verifier, token) == -1, name);
    const auto signature = signature_of(token);
    std::vector<std::string> damaged = {"",
                                        "a",
                                        std::string(31, '\0'),
                                        std::string(signature.size(), '\0'),
                                        std::string(signature.size(), '\xff'),
                                        signature.substr(1),
                                        signature.substr(0, signature.size() - 1),
                                        signature.substr(0, signature.size() / 2),
                                        signature + signature,
                                        signature + '\0',
                                        '\0' + signature,
                                        std::string(4'000, 'x')};
    // Halves that are longer or shorter with the same numbers in them: libcjose would take them.
    const auto half = signature.size() / 2;
    damaged.push_back('\0' + signature.substr(0, half) + '\0' + signature.substr(half));
    for (std::size_t at = 0; at < signature.size(); at += signature.size() / 8) {
      damaged.push_back(signature);
      damaged.back()[at] = static_cast<char>(damaged.back()[at] ^ 1);
    }
    for (const auto& each : damaged)
      BOOST_TEST(reason_of(verifier, with_signature(token, each)) == refused(Reason::signature),
                 name << " " << each.size());
    // The signature of one token on another.
    auto other = good_claims();
    other["sub"] = "mallory";
    BOOST_TEST(reason_of(verifier, with_signature(signed_token(other, hidden), signature)) ==
                   refused(Reason::signature),
               name);
  }
}

BOOST_AUTO_TEST_CASE(keys_of_somebody_else) {
  for (const auto algorithm : {Algorithm::rs256, Algorithm::ps256, Algorithm::es256, Algorithm::es384,
                               Algorithm::es512, Algorithm::eddsa})
    BOOST_TEST(reason_of(new_signer(algorithm).verifier,
                         signed_token(good_claims(), new_signer(algorithm).hidden)) ==
               refused(Reason::signature));
  BOOST_TEST(reason_of(TokenVerifier(KeySet({test_key(Algorithm::hs256, std::string(32, 'x'))})),
                       signed_token(good_claims())) == refused(Reason::signature));
}

// The classic: the public key, which everybody knows, as the secret of an HMAC.
BOOST_AUTO_TEST_CASE(a_public_key_is_no_secret) {
  for (const auto algorithm : {Algorithm::rs256, Algorithm::es256, Algorithm::eddsa}) {
    const auto [hidden, verifier, pem] = new_signer(algorithm);
    for (const auto& secret : {pem.public_pem, pem.public_pem.substr(0, pem.public_pem.size() - 1)}) {
      const auto forged = signed_parts(R"({"alg":"HS256"})", good_claims().dump(), secret);
      BOOST_TEST(reason_of(verifier, forged) == refused(Reason::key));
      const auto claimed =
          signed_parts(json{{"alg", name_of(algorithm)}}.dump(), good_claims().dump(), secret);
      BOOST_TEST(reason_of(verifier, claimed) == refused(Reason::signature));
    }
    BOOST_TEST(pem_key(pem.public_pem, Algorithm::hs256, KeyUse::verify).error() ==
               "it holds a public key, and HS256 needs a secret: whoever knows the public key could sign");
  }
}

BOOST_AUTO_TEST_CASE(types_in_any_case) {
  const TokenVerifier verifier(KeySet({test_key()}));
  for (const auto* type : {"JWT", "jwt", "Jwt", "at+jwt", "AT+JWT", "application/at+jwt", "application/JWT"})
    BOOST_TEST(reason_of(verifier, with_header(json{{"alg", "HS256"}, {"typ", type}}.dump())) == -1, type);
  BOOST_TEST(reason_of(verifier, with_header(R"({"alg":"HS256"})")) == -1);
  BOOST_TEST(reason_of(verifier, with_header(R"( { "alg" : "HS256" , "x" : [ 1 ] } )")) == -1);
}

BOOST_AUTO_TEST_SUITE_END()
