// Damaged tokens: each kind of damage, signed correctly wherever a signature is possible, so that nothing
// else refuses it.
#include <boost/test/unit_test.hpp>
#include <set>

#include "access/compact_token.hpp"
#include "unit/access/tokens.hpp"

using namespace worker;
using namespace worker::access;
using Reason = TokenRefusal::Reason;

namespace {

struct Case {
  std::string text;
  Reason reason;
};

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  while (times-- > 0) all += text;
  return all;
}

// Checks each, that its sentence repeats nothing of it, and counts them.
class Corpus {
 public:
  explicit Corpus(ClaimRules rules = {}) : verifier_(KeySet({test_key()}), std::move(rules)) {
    BOOST_TEST_REQUIRE(reason_of(verifier_, with_header(R"({"alg":"HS256"})")) == -1);
  }

  void refuses(const std::string& token, Reason reason, const std::string& about) {
    const auto verified = verifier_.verify(token, test_wall());
    BOOST_TEST_CONTEXT(about.substr(0, 200)) {
      BOOST_REQUIRE(!verified);
      const auto& refusal = verified.error();
      BOOST_TEST(static_cast<int>(refusal.reason) == static_cast<int>(reason), refusal.sentence);
      BOOST_TEST(refusal.sentence.size() > 15);
      BOOST_TEST(refusal.sentence.size() < 300);
      BOOST_TEST(refusal.sentence.ends_with("."));
      BOOST_TEST(refusal.sentence.find("SECRET") == std::string::npos, refusal.sentence);
    }
  }
  void headers(const std::vector<Case>& cases) {
    for (const auto& [text, reason] : cases) refuses(with_header(text), reason, text);
  }
  void payloads(const std::vector<Case>& cases) {
    for (const auto& [text, reason] : cases) refuses(with_payload(text), reason, text);
  }
  const TokenVerifier& verifier() const { return verifier_; }

 private:
  TokenVerifier verifier_;
};

// `{"exp":…,"sse":{"subscribe":[…` with `members` beside `exp`.
std::string with_exp(const std::string& members) {
  return R"({"exp":)" + std::to_string(seconds_of(test_now) + 3'600) + "," + members + "}";
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(damaged_tokens_suite, Corpus)

BOOST_AUTO_TEST_CASE(texts_that_are_no_token) {
  const auto good = signed_token(good_claims());
  const auto first = good.find('.');
  const auto last = good.rfind('.');
  const std::vector<Case> cases = {
      {"", Reason::size},
      {std::string(token_bytes_max + 1, 'a'), Reason::size},
      {repeated(good, 40), Reason::size},
      {std::string(token_bytes_max, 'a'), Reason::form},
      {std::string(token_bytes_max, '.'), Reason::form},
      {"a", Reason::form},
      {".", Reason::form},
      {"..", Reason::form},
      {"...", Reason::form},
      {"a.b", Reason::form},
      {"abcd.efgh", Reason::form},
      {good + ".", Reason::form},
      {"." + good, Reason::form},
      {good + ".abcd.abcd", Reason::form},
      {good.substr(0, last), Reason::form},
      {good.substr(first), Reason::form},
      {good.substr(first + 1), Reason::form},
      {"Bearer " + good, Reason::form},
      {" " + good, Reason::form},
      {good + " ", Reason::form},
      {good + "\n", Reason::form},
      {good + std::string(1, '\0'), Reason::form},
      {good + "=", Reason::form},
      {good + "==", Reason::form},
      {good + "=SECRET", Reason::form},
      {good.substr(0, first) + "=" + good.substr(first), Reason::form},
      {good.substr(0, last) + "=" + good.substr(last), Reason::form},
      {good.substr(0, 4) + "+" + good.substr(5), Reason::form},
      {good.substr(0, 4) + "/" + good.substr(5), Reason::form},
      {good.substr(0, 4) + "\x80" + good.substr(5), Reason::form},
      {good.substr(0, 4) + std::string(1, '\0') + good.substr(5), Reason::form},
      {good.substr(0, 4) + "%2e" + good.substr(5), Reason::form},
      {good.substr(0, last + 1), Reason::signature},
      {good.substr(0, last + 3), Reason::form},
      {good.substr(0, good.size() - 1), Reason::form},
      {good.substr(0, good.size() - 4), Reason::signature},
      {good + "AAAA", Reason::signature},
      {good + "A", Reason::signature},
      {"eyJhbGciOiJub25lIn0.e30.", Reason::algorithm},
      {"{\"alg\":\"HS256\"}", Reason::form},
      {R"({"payload":"e30","protected":"e30","signature":"AA"})", Reason::form},
      {"\xff\xfe.\xff.\xff", Reason::form},
      {"ä.ö.ü", Reason::form},
  };
  for (const auto& [text, reason] : cases) refuses(text, reason, text);
}

BOOST_AUTO_TEST_CASE(headers_that_are_no_object) {
  headers({
      {"", Reason::form},
      {"x", Reason::header},
      {"null", Reason::header},
      {"[]", Reason::header},
      {"\"HS256\"", Reason::header},
      {"1", Reason::header},
      {"{}", Reason::header},
      {"{", Reason::header},
      {R"({"alg":"HS256")", Reason::header},
      {R"({"alg":"HS256"}})", Reason::header},
      {R"({"alg":"HS256"}x)", Reason::header},
      {R"({"alg":"HS256",})", Reason::header},
      {R"({'alg':'HS256'})", Reason::header},
      {R"({alg:"HS256"})", Reason::header},
      {R"({"alg":"HS256"/**/})", Reason::header},
      {"\xef\xbb\xbf{\"alg\":\"HS256\"}", Reason::header},
      {std::string("{\"alg\":\"HS256\"}\0{}", 18), Reason::header},
      {std::string("{\"alg\":\"HS256\"}\0", 16), Reason::header},
      {"{\"alg\":\"HS256\",\"x\":\"\xff\"}", Reason::header},
      {"{\"alg\":\"HS256\",\"x\":\"\xc0\xaf\"}", Reason::header},
      {"{\"alg\":\"HS256\",\"x\":\"\xed\xa0\x80\"}", Reason::header},
      {"{\"alg\":\"HS256\",\"x\":\"\n\"}", Reason::header},
      {R"({"alg":"HS256","x":"\ud800"})", Reason::header},
      {R"({"alg":"HS256","x":NaN})", Reason::header},
      {R"({"alg":"HS256","x":01})", Reason::header},
      {R"({"alg":"HS256","alg":"HS256"})", Reason::header},
      {R"({"alg":"HS256","alg":"none"})", Reason::header},
      {R"({"alg":"none","alg":"HS256"})", Reason::header},
      {R"({"alg":"HS256","\u0061lg":"HS256"})", Reason::header},
      {R"({"alg":"HS256","kid":"a","kid":"b"})", Reason::header},
      {R"({"alg":"HS256","x":{"y":1,"y":2}})", Reason::header},
      {R"({"alg":"HS256","x":[[[[]]]]})", Reason::header},
      {R"({"alg":"HS256","x":)" + repeated("[", 2'000) + repeated("]", 2'000) + "}", Reason::header},
      {R"({"alg":"HS256","x":)" + repeated("{\"a\":", 700) + "1" + repeated("}", 700) + "}", Reason::header},
      {repeated("[", 4'000), Reason::header},
  });
}

BOOST_AUTO_TEST_CASE(algorithms_that_are_not_those_of_the_key) {
  for (const auto* none : {"none", "None", "NONE", "nOnE"})
    headers({{R"({"alg":")" + std::string(none) + R"("})", Reason::algorithm}});
  headers({
      {R"({"alg":null})", Reason::header},
      {R"({"alg":1})", Reason::header},
      {R"({"alg":["HS256"]})", Reason::header},
      {R"({"alg":{"HS256":1}})", Reason::header},
      {R"({"typ":"JWT"})", Reason::header},
      {R"({"Alg":"HS256"})", Reason::header},
      {R"({"alg":""})", Reason::algorithm},
      {R"({"alg":"hs256"})", Reason::algorithm},
      {R"({"alg":"HS256 "})", Reason::algorithm},
      {R"({"alg":" HS256"})", Reason::algorithm},
      {R"({"alg":"HS256\u0000"})", Reason::algorithm},
      {R"({"alg":"HS256\u0000none"})", Reason::algorithm},
      {R"({"alg":"HS1"})", Reason::algorithm},
      {R"({"alg":"HS128"})", Reason::algorithm},
      {R"({"alg":"ES256K"})", Reason::algorithm},
      {R"({"alg":"Ed25519"})", Reason::algorithm},
      {R"({"alg":"RSA-OAEP"})", Reason::algorithm},
      {R"({"alg":"dir"})", Reason::algorithm},
      {R"({"alg":"SECRET"})", Reason::algorithm},
  });
  for (const auto name : algorithm_names) {
    if (name != "HS256") headers({{R"({"alg":")" + std::string(name) + R"("})", Reason::key}});
  }
}

BOOST_AUTO_TEST_CASE(headers_that_want_something) {
  for (const auto* value : {"\"SECRET\"", "null", "{}", "[]", "{\"kty\":\"oct\",\"k\":\"c2Vjcmv0\"}"}) {
    for (const auto* name : {"jwk", "jku", "x5u", "x5c"})
      headers({{R"({"alg":"HS256",")" + std::string(name) + "\":" + value + "}", Reason::key_source}});
    for (const auto* name : {"crit", "b64"})
      headers({{R"({"alg":"HS256",")" + std::string(name) + "\":" + value + "}", Reason::critical}});
    for (const auto* name : {"enc", "zip", "cty"})
      headers({{R"({"alg":"HS256",")" + std::string(name) + "\":" + value + "}", Reason::type}});
  }
  headers({
      {R"({"alg":"HS256","crit":["exp"]})", Reason::critical},
      {R"({"alg":"HS256","crit":["b64"],"b64":false})", Reason::critical},
      {R"({"alg":"HS256","b64":false})", Reason::critical},
      {R"({"alg":"HS256","b64":true})", Reason::critical},
      {R"({"alg":"HS256","typ":"JWE"})", Reason::type},
      {R"({"alg":"HS256","typ":""})", Reason::type},
      {R"({"alg":"HS256","typ":null})", Reason::type},
      {R"({"alg":"HS256","typ":1})", Reason::type},
      {R"({"alg":"HS256","typ":["JWT"]})", Reason::type},
      {R"({"alg":"HS256","typ":"JWT "})", Reason::type},
      {R"({"alg":"HS256","typ":"JOSE"})", Reason::type},
      {R"({"alg":"HS256","typ":"dpop+jwt"})", Reason::type},
      {R"({"alg":"HS256","typ":"logout+jwt"})", Reason::type},
      {R"({"alg":"HS256","typ":"id+jwt"})", Reason::type},
      {R"({"alg":"HS256","kid":1})", Reason::header},
      {R"({"alg":"HS256","kid":null})", Reason::header},
      {R"({"alg":"HS256","kid":""})", Reason::header},
      {R"({"alg":"HS256","kid":["a"]})", Reason::header},
      {R"({"alg":"HS256","kid":")" + std::string(257, 'k') + R"("})", Reason::header},
  });
}

BOOST_AUTO_TEST_CASE(payloads_that_are_no_object) {
  payloads({
      {"", Reason::form},
      {"x", Reason::claims},
      {"null", Reason::claims},
      {"[]", Reason::claims},
      {"\"SECRET\"", Reason::claims},
      {"17", Reason::claims},
      {"{}x", Reason::claims},
      {with_exp("\"x\":1") + std::string(1, '\0'), Reason::claims},
      {with_exp("\"x\":1") + std::string(1, '\0') + "{}", Reason::claims},
      {"\xef\xbb\xbf" + with_exp("\"x\":1"), Reason::claims},
      {"{}{}", Reason::claims},
      {"{", Reason::claims},
      {"{\"exp\":1", Reason::claims},
      {"<xml/>", Reason::claims},
      {with_exp("\"x\":\"\xff\""), Reason::claims},
      {with_exp("\"\xff\":1"), Reason::claims},
      {with_exp("\"x\":\"\xe2\x82\""), Reason::claims},
      {with_exp("\"x\":\"\t\""), Reason::claims},
      {with_exp("\"x\":1e999"), Reason::claims},
      {with_exp("\"x\":-"), Reason::claims},
      {with_exp("\"x\":1,"), Reason::claims},
      {with_exp("\"sub\":\"a\",\"sub\":\"b\""), Reason::claims},
      {with_exp("\"exp\":9999999999"), Reason::claims},
      {with_exp("\"sse\":{},\"sse\":{\"subscribe\":[\"*\"]}"), Reason::claims},
      {with_exp("\"sse\":{\"subscribe\":[],\"subscribe\":[\"*\"]}"), Reason::claims},
      {with_exp("\"sse\":{\"subscribe\":[],\"subscrib\\u0065\":[\"*\"]}"), Reason::claims},
      {with_exp("\"x\":[{\"a\":1},{\"b\":1,\"b\":2}]"), Reason::claims},
      {with_exp("\"x\":" + repeated("[", 16) + repeated("]", 16)), Reason::claims},
      {with_exp("\"x\":" + repeated("[", 2'500) + repeated("]", 2'500)), Reason::claims},
      {with_exp("\"x\":" + repeated("{\"a\":", 900) + "0" + repeated("}", 900)), Reason::claims},
      {repeated("{\"a\":", 1'000), Reason::claims},
  });
}

BOOST_AUTO_TEST_CASE(times_that_are_none) {
  const std::vector<std::string> wrong = {"-1",
                                          "-0.5",
                                          "1e12",
                                          "253402300800",
                                          "253402300799.5",
                                          "9e18",
                                          "1e300",
                                          "18446744073709551615",
                                          "18446744073709551616",
                                          "\"1795335600\"",
                                          "null",
                                          "true",
                                          "[1795335600]",
                                          "{}",
                                          "\"SECRET\"",
                                          "1e19"};
  for (const auto& value : wrong) {
    payloads({{R"({"exp":)" + value + "}", Reason::claims},
              {with_exp(R"("nbf":)" + value), Reason::claims},
              {with_exp(R"("iat":)" + value), Reason::claims}});
  }
  payloads({{"{}", Reason::no_expiry},
            {R"({"EXP":9999999999})", Reason::no_expiry},
            {R"({"exp":0})", Reason::expired},
            {R"({"exp":1795331940})", Reason::expired},
            {R"({"exp":1795331940.9})", Reason::expired},
            {with_exp(R"("nbf":1795332061)"), Reason::not_yet_valid},
            {with_exp(R"("nbf":1795332060.1)"), Reason::not_yet_valid},
            {with_exp(R"("nbf":253402300799)"), Reason::not_yet_valid},
            {with_exp(R"("iat":1795332061)"), Reason::not_yet_valid}});
}

BOOST_AUTO_TEST_CASE(claims_of_a_wrong_kind) {
  for (const auto* value :
       {"1", "null", "true", "[]", "{}", "\"a\\u0000b\"", "\"a\\nb\"", "\"\\u007f\"", "\"\\u0085\""})
    payloads({{with_exp(R"("sub":)" + std::string(value)), Reason::claims}});
  payloads({{with_exp(R"("sub":")" + std::string(1'025, 'a') + '"'), Reason::claims}});
  for (const auto* value : {"1", "null", "true", "[]", "\"*\"", "[\"*\"]"}) {
    payloads({{with_exp(R"("sse":)" + std::string(value)), Reason::claims},
              {with_exp(R"("mercure":)" + std::string(value)), Reason::claims}});
  }
  for (const auto* value : {"1", "null", "\"true\"", "[]", "{}"})
    payloads({{with_exp(R"("sse":{"control":)" + std::string(value) + "}"), Reason::claims}});
  for (const auto* value : {"1", "null", "true", "{}", "{\"a\":\"*\"}"})
    payloads(
        {{with_exp(R"("aud":)" + std::string(value)), value[0] == '[' ? Reason::audience : Reason::claims}});
  payloads({{with_exp(R"("aud":"SECRET")"), Reason::audience},
            {with_exp(R"("aud":[])"), Reason::audience},
            {with_exp(R"("aud":["SECRET"])"), Reason::audience},
            {with_exp(R"("aud":["a",1])"), Reason::claims},
            {with_exp(R"("aud":[)" + repeated("\"a\",", 100) + "\"a\"]"), Reason::claims}});
}

BOOST_AUTO_TEST_CASE(topics_that_are_none) {
  const std::vector<std::string> wrong = {"1",
                                          "null",
                                          "true",
                                          "{}",
                                          "\"*\"",
                                          "[1]",
                                          "[null]",
                                          "[[\"*\"]]",
                                          "[{}]",
                                          "[\"\"]",
                                          "[\"a\\u0000\"]",
                                          "[\"a\\nb\"]",
                                          "[\"\\u001f\"]",
                                          "[\"\\u007f\"]",
                                          "[\"\\u0080\"]",
                                          "[\"*\",1]",
                                          "[\"*\",\"\"]",
                                          "[\"" + std::string(1'025, 't') + "\"]",
                                          "[" + repeated("\"t\",", 100) + "\"t\"]",
                                          "[" + repeated("1,", 2'500) + "1]"};
  for (const auto& value : wrong) {
    for (const auto* list : {"\"sse\":{\"subscribe\":", "\"sse\":{\"publish\":",
                             "\"mercure\":{\"subscribe\":", "\"mercure\":{\"publish\":"})
      payloads({{with_exp(list + value + "}"), Reason::topics}});
  }
  // Both claims fill one list.
  const auto half = "{\"subscribe\":[" + repeated("\"t\",", 50) + "\"t\"]}";
  payloads({{with_exp("\"sse\":" + half + ",\"mercure\":" + half), Reason::topics}});
}

// They do not fit into a token; the parser of claims refuses them on its own.
BOOST_AUTO_TEST_CASE(ten_thousand_topics) {
  const auto payload = with_exp("\"sse\":{\"subscribe\":[" + repeated("\"t\",", 9'999) + "\"t\"]}");
  refuses(with_payload(payload), Reason::size, "10,000 topics");
  BOOST_TEST((parse_claims(payload, {}).error().reason == Reason::topics));
}

BOOST_AUTO_TEST_CASE(every_prefix_and_every_changed_letter) {
  const auto good = signed_token(good_claims());
  for (std::size_t size = 0; size < good.size(); ++size) {
    if (reason_of(verifier(), good.substr(0, size)) == -1) BOOST_ERROR("accepted: cut at " << size);
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char letter : {'A', 'B', '_', '.', '=', '\0', '\xff'}) {
      auto changed = good;
      if (changed[at] == letter) continue;
      changed[at] = letter;
      if (reason_of(verifier(), changed) == -1) BOOST_ERROR("accepted: " << int{letter} << " at " << at);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
