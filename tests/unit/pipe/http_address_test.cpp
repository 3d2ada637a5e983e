#include "pipe/http_address.hpp"

#include <boost/test/unit_test.hpp>

#include "pipe/http_refusal.hpp"

using worker::pipe::Ending;
using worker::pipe::http_refusal;
using worker::pipe::stream_address;
using worker::pipe::with_parameters;

BOOST_AUTO_TEST_SUITE(http_address_suite)

BOOST_AUTO_TEST_CASE(paths) {
  const std::pair<const char*, const char*> addresses[] = {
      {"https://push.example.org", "https://push.example.org/publish/stream"},
      {"https://push.example.org/", "https://push.example.org/publish/stream"},
      {"http://127.0.0.1:8080", "http://127.0.0.1:8080/publish/stream"},
      {"http://[::1]:8080/", "http://[::1]:8080/publish/stream"},
      {"https://push.example.org?a=b", "https://push.example.org/publish/stream?a=b"},
      {"https://push.example.org/live/publish/stream", "https://push.example.org/live/publish/stream"},
      {"https://push.example.org/live/?a=b#c", "https://push.example.org/live/?a=b"},
      {"HTTPS://push.example.org/#c", "https://push.example.org/publish/stream"},
  };
  for (const auto& [given, wanted] : addresses) {
    BOOST_TEST_CONTEXT(given) { BOOST_TEST(stream_address(given).value().url == wanted); }
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_address) {
  const std::pair<const char*, const char*> mistakes[] = {
      {"ftp://x/", "must begin with https:// or http://, not 'ftp://x/'"},
      {"file:///etc/passwd", "must begin with https:// or http://, not 'file:///etc/passwd'"},
      {"push.example.org", "must begin with https:// or http://, not 'push.example.org'"},
      {"https://",
       "must be a URL such as https://push.example.org, not 'https://' (No host part in the URL)"},
      {"https://a:b@push.example.org",
       "must hold no password, because all users of a machine can see arguments; use --key-file FILE"},
      {"https://a@push.example.org",
       "must hold no password, because all users of a machine can see arguments; use --key-file FILE"},
  };
  for (const auto& [given, sentence] : mistakes) {
    BOOST_TEST_CONTEXT(given) {
      BOOST_REQUIRE(!stream_address(given));
      BOOST_TEST(stream_address(given).error() == sentence);
    }
  }
}

BOOST_AUTO_TEST_CASE(parameters_are_encoded) {
  BOOST_TEST(with_parameters("http://a/b", {}) == "http://a/b");
  BOOST_TEST(with_parameters("http://a/b", {{"topic", "x/1"}, {"topic", "a b+c&d=\u00e4%"}}) ==
             "http://a/b?topic=x/1&topic=a%20b%2Bc%26d%3D%C3%A4%25");
  BOOST_TEST(with_parameters("http://a/b?c=d", {{"topic", "x"}}) == "http://a/b?c=d&topic=x");
}

BOOST_AUTO_TEST_CASE(refusals) {
  const auto json = "application/problem+json";
  const auto check = [](const Ending& ending, Ending::Kind kind, const std::string& reason) {
    BOOST_TEST((ending.kind == kind));
    BOOST_TEST(ending.reason == reason);
  };
  for (const long status : {400, 403, 404, 405, 411, 413, 415, 301, 204})
    check(http_refusal(status, json, R"({"detail":"Change it."})"), Ending::Kind::denied,
          "status " + std::to_string(status) + ": Change it.");
  for (const long status : {408, 425, 429, 500, 502, 503, 504})
    check(http_refusal(status, json, R"({"detail":"Later."})"), Ending::Kind::lost,
          "status " + std::to_string(status) + ": Later.");
  check(http_refusal(401, json, R"({"detail":"A key."})"), Ending::Kind::denied,
        "status 401: A key. (--key-file names the file with the key)");
  check(http_refusal(404, "text/html", "<html>"), Ending::Kind::denied, "status 404");
  check(http_refusal(502, json, R"({"detail":"cu)"), Ending::Kind::lost, "status 502");
  check(http_refusal(200, "text/html", "<html>"), Ending::Kind::denied,
        "the answer (text/html) is not that of a publish stream; is the address right?");
  check(http_refusal(200, "", ""), Ending::Kind::denied,
        "the answer (without a Content-Type) is not that of a publish stream; is the address right?");
}

BOOST_AUTO_TEST_SUITE_END()
