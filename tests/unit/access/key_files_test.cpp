// Keys in files: read, read again, and files that are wrong.
#include "access/key_files.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "support/temp_folder.hpp"
#include "unit/access/tokens.hpp"

using namespace worker;
using namespace worker::access;
using Kind = KeySource::Kind;

namespace {

struct Fixture {
  support::TempFolder folder;

  static KeySource source(Kind kind, const std::string& value, std::optional<Algorithm> algorithm = {}) {
    return {kind, value, algorithm, {}, "c.yaml:3:9: access.tokens.readers.keys[0]"};
  }
  static std::string jwks(const Key& secret) {
    return json{{"keys",
                 {{{"kty", "oct"},
                   {"alg", "HS256"},
                   {"kid", secret.id},
                   {"k", encode_base64url(secret.id + test_secret)}}}}}
        .dump();
  }
  static Key named(const std::string& id) { return test_key(Algorithm::hs256, id + test_secret, id); }
  // Another file under the same name, as editors and tools that rotate keys make it.
  void replace(const std::string& name, const std::string& text) const {
    const auto made = folder.file(name + ".new", text);
    std::filesystem::rename(made, folder.path(name));
  }
};

std::string problem(const KeySource& source) {
  const auto loaded = KeyFiles({source}).load();
  return loaded ? "no problem" : loaded.error();
}

const std::string place = "c.yaml:3:9: access.tokens.readers.keys[0]: ";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(key_files_suite, Fixture)

BOOST_AUTO_TEST_CASE(every_kind_of_source) {
  const auto pair = new_ec_pair("P-256");
  const auto secret_file = folder.file("secret", test_secret + "\n");
  ::chmod(secret_file.c_str(), 0600);
  auto source_with_id = source(Kind::public_key_file, folder.file("key.pem", pair.public_pem));
  source_with_id.id = "mine";
  KeyFiles files({source(Kind::secret, test_secret, Algorithm::hs512),
                  source(Kind::secret_file, secret_file, Algorithm::hs256), source_with_id,
                  source(Kind::jwks_file, folder.file("set.json", jwks(named("a"))))});
  const auto loaded = files.load();
  BOOST_REQUIRE_MESSAGE(loaded.has_value(), problem(source_with_id));
  BOOST_TEST(loaded.value().warnings.empty());
  const auto& keys = loaded.value().keys;
  BOOST_REQUIRE_EQUAL(keys.size(), 4U);
  BOOST_TEST(keys[0].source == "c.yaml:3:9: access.tokens.readers.keys[0]");
  BOOST_TEST(keys[1].source == secret_file);
  BOOST_TEST(keys[2].id == "mine");
  BOOST_TEST(keys[3].source == folder.path("set.json") + ": /keys/0");
  const TokenVerifier verifier{KeySet(keys)};
  BOOST_TEST(reason_of(verifier, signed_token(good_claims())) == -1);
  BOOST_TEST(reason_of(verifier, signed_token(good_claims(), test_key(Algorithm::hs512))) == -1);
  BOOST_TEST(reason_of(verifier, signed_token(good_claims(),
                                              pem_key(pair.private_pem, {}, KeyUse::sign).value())) == -1);
  BOOST_TEST(reason_of(verifier, signed_token(good_claims(), named("a"))) == -1);
}

BOOST_AUTO_TEST_CASE(only_one_line_break_is_none_of_the_secret) {
  for (const auto* ending : {"", "\n", "\r\n"}) {
    const auto file = folder.file("secret", test_secret + ending);
    const TokenVerifier verifier(KeySet({read_secret_key(file, Algorithm::hs256).value()}));
    BOOST_TEST(reason_of(verifier, signed_token(good_claims())) == -1);
  }
  const TokenVerifier verifier(
      KeySet({read_secret_key(folder.file("secret", test_secret + "\n\n"), Algorithm::hs256).value()}));
  BOOST_TEST(
      reason_of(verifier, signed_token(good_claims(), test_key(Algorithm::hs256, test_secret + "\n"))) == -1);
}

BOOST_AUTO_TEST_CASE(files_that_cannot_be_used) {
  const auto missing = folder.path("none");
  BOOST_TEST(problem(source(Kind::jwks_file, missing)) == place + missing + ": no such file");
  BOOST_TEST(problem(source(Kind::jwks_file, folder.path())) ==
             place + folder.path() + ": is not a regular file");
  BOOST_TEST(problem(source(Kind::jwks_file, "/dev/zero")) == place + "/dev/zero: is not a regular file");
  const auto large = folder.file("large", std::string(key_file_bytes_max + 1, ' '));
  BOOST_TEST(problem(source(Kind::jwks_file, large)) == place + large + ": has more than 1048576 bytes");
  const auto whole = folder.file("whole", std::string(key_file_bytes_max, ' '));
  BOOST_TEST(problem(source(Kind::jwks_file, whole)) == place + whole + ": is not valid JSON in UTF-8");
  const auto pipe = folder.path("pipe");
  BOOST_REQUIRE_EQUAL(::mkfifo(pipe.c_str(), 0600), 0);
  BOOST_TEST(problem(source(Kind::secret_file, pipe, Algorithm::hs256)) ==
             place + pipe + ": is not a regular file");
  const auto weak = folder.file("weak", "SECRET\n");
  BOOST_TEST(problem(source(Kind::secret_file, weak, Algorithm::hs256)) ==
             place + weak +
                 ": the secret has 6 bytes; HS256 needs at least 32. `openssl rand -base64 32` makes one");
  BOOST_TEST(problem(source(Kind::secret, "SECRET", Algorithm::hs256)) ==
             place + "the secret has 6 bytes; HS256 needs at least 32. `openssl rand -base64 32` makes one");
  const auto text = folder.file("text", "SECRET");
  BOOST_TEST(problem(source(Kind::public_key_file, text)) == place + text + ": holds no public key in PEM");
}

BOOST_AUTO_TEST_CASE(what_the_operator_should_know) {
  const auto file = folder.file("secret", test_secret);
  ::chmod(file.c_str(), 0644);
  const auto loaded = KeyFiles({source(Kind::secret_file, file, Algorithm::hs256)}).load();
  BOOST_REQUIRE_EQUAL(loaded.value().warnings.size(), 1U);
  BOOST_TEST(loaded.value().warnings[0] ==
             file + ": holds a secret, and every user of this machine can read it: chmod o= " + file);
  const std::vector<KeySource> many(11, source(Kind::secret, test_secret, Algorithm::hs256));
  BOOST_TEST(KeyFiles(many).load().value().warnings.at(0) ==
             "11 keys are for HS256, and a token without `kid` is tried with the first 10 only: let the "
             "issuer set `kid`");
}

BOOST_AUTO_TEST_CASE(a_file_that_is_replaced) {
  const auto file = folder.file("set.json", jwks(named("a")));
  KeyFiles files({source(Kind::jwks_file, file)});
  BOOST_TEST(files.changed());
  TokenVerifier verifier;
  BOOST_REQUIRE(files.reload(verifier).has_value());
  BOOST_TEST(!files.changed());
  BOOST_TEST(reason_of(verifier, signed_token(good_claims(), named("a"))) == -1);

  replace("set.json", jwks(named("b")));
  BOOST_TEST(files.changed());
  BOOST_REQUIRE(files.reload(verifier).has_value());
  BOOST_TEST(!files.changed());
  BOOST_TEST(reason_of(verifier, signed_token(good_claims(), named("b"))) == -1);
  BOOST_TEST(reason_of(verifier, signed_token(good_claims(), named("a"))) != -1);
}

BOOST_AUTO_TEST_CASE(a_file_that_becomes_wrong_changes_nothing) {
  const auto file = folder.file("set.json", jwks(named("a")));
  KeyFiles files({source(Kind::jwks_file, file)});
  TokenVerifier verifier;
  BOOST_REQUIRE(files.reload(verifier).has_value());
  const auto still_good = [&] { return reason_of(verifier, signed_token(good_claims(), named("a"))) == -1; };
  for (const auto& text : {std::string(), std::string("{\"keys\":["), std::string("{\"keys\":[]}")}) {
    replace("set.json", text);
    BOOST_TEST(files.changed());
    BOOST_TEST(files.reload(verifier).error().starts_with(place + file + ": "));
    // Said once, until it changes again.
    BOOST_TEST(!files.changed());
    BOOST_TEST(still_good());
  }
  std::filesystem::remove(file);
  BOOST_TEST(files.changed());
  BOOST_TEST(files.reload(verifier).error() == place + file + ": no such file");
  BOOST_TEST(!files.changed());
  BOOST_TEST(still_good());
  folder.file("set.json", jwks(named("b")));
  BOOST_TEST(files.changed());
  BOOST_REQUIRE(files.reload(verifier).has_value());
  BOOST_TEST(!still_good());
}

BOOST_AUTO_TEST_CASE(a_secret_in_the_configuration_never_changes) {
  KeyFiles files({source(Kind::secret, test_secret, Algorithm::hs256)});
  BOOST_TEST(!files.changed());
  BOOST_TEST(files.load().has_value());
  BOOST_TEST(!files.changed());
}

BOOST_AUTO_TEST_CASE(keys_that_sign) {
  const auto pair = new_ec_pair("P-384");
  BOOST_TEST(
      (read_signing_key(folder.file("k", pair.private_pem), {}).value().algorithm == Algorithm::es384));
  const auto jwk = folder.file(
      "j", json{{"kty", "oct"}, {"alg", "HS256"}, {"kid", "x"}, {"k", encode_base64url(test_secret)}}.dump());
  BOOST_TEST(read_signing_key(jwk, {}).value().id == "x");
  BOOST_TEST(read_signing_key(folder.file("p", pair.public_pem), {}).error() ==
             folder.path("p") + ": holds no private key in PEM that can be read without a passphrase");
  BOOST_TEST(read_signing_key(folder.file("b", "{"), {}).error() ==
             folder.path("b") + ": is not valid JSON in UTF-8");
}

BOOST_AUTO_TEST_SUITE_END()
