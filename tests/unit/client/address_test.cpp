#include "client/address.hpp"

#include <boost/test/unit_test.hpp>

using worker::client::http_address;
using worker::client::with_parameters;

BOOST_AUTO_TEST_SUITE(address_suite)

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
    BOOST_TEST_CONTEXT(given) { BOOST_TEST(http_address(given, "/publish/stream").value().url == wanted); }
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
      BOOST_REQUIRE(!http_address(given, "/publish/stream"));
      BOOST_TEST(http_address(given, "/publish/stream").error() == sentence);
    }
  }
}

BOOST_AUTO_TEST_CASE(parameters_are_encoded) {
  BOOST_TEST(with_parameters("http://a/b", {}) == "http://a/b");
  BOOST_TEST(with_parameters("http://a/b", {{"topic", "x/1"}, {"topic", "a b+c&d=\u00e4%"}}) ==
             "http://a/b?topic=x/1&topic=a%20b%2Bc%26d%3D%C3%A4%25");
  BOOST_TEST(with_parameters("http://a/b?c=d", {{"topic", "x"}}) == "http://a/b?c=d&topic=x");
}

BOOST_AUTO_TEST_CASE(neighbours) {
  using namespace worker::client;
  BOOST_TEST(has_topics("http://a/events?x=1&topic=a"));
  BOOST_TEST(has_topics("http://a/events?template=a"));
  BOOST_TEST(!has_topics("http://a/events?topics=a&x=topic=1"));
  BOOST_TEST(!has_topics("http://a/topic"));
  BOOST_TEST(without_topics("http://a/events?topic=a&t=1&lastEventId=3&poll=1&u") == "http://a/events?t=1&u");
  BOOST_TEST(without_topics("http://a/events?topic=a") == "http://a/events");
  BOOST_TEST(without_topics("http://a/events") == "http://a/events");
  BOOST_TEST(sibling("https://a/live/events?x=/y", "publish") == "https://a/live/publish");
  BOOST_TEST(last_part("https://a/live/events?x=/y") == "events");
  BOOST_TEST(same_host("https://A.example:8080/x", "http://a.EXAMPLE/y"));
  BOOST_TEST(!same_host("https://a.example/", "https://b.example/"));
  BOOST_TEST(!same_host("https://a.example.evil/", "https://a.example/"));
  BOOST_TEST(!same_host("https://a.example@evil/", "https://a.example/"));
  BOOST_TEST(!same_host("nonsense:", "nonsense:"));
  BOOST_TEST(shown("http://a/b?authorization=secret") == "http://a/b?…");
  BOOST_TEST(shown("http://a/\x1b") == "http://a/\\x1b");
}

BOOST_AUTO_TEST_SUITE_END()
