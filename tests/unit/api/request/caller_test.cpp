// Who sent a request: what proxies, browsers and names say beside the address.
#include "api/request/caller.hpp"

#include <boost/test/unit_test.hpp>
#include <initializer_list>
#include <string>
#include <utility>

using namespace worker;
using api::AccessSettings;
using api::caller_of;
using api::doubt;
using api::is_key;
using api::publishing_doubt;

namespace {

using Headers = std::initializer_list<std::pair<const std::string, std::string>>;

http::Request from(const std::string& address, Headers headers) {
  http::Request request{.method = "POST", .path = "/publish"};
  request.headers = headers;
  request.remote_address = http::RemoteAddress::parse(address);
  return request;
}

std::string bearer_of(const std::string& authorization) {
  const auto request = from("127.0.0.1", {{"authorization", authorization}});
  return std::string(caller_of(request, {}).bearer);
}

bool cross_site(Headers headers, const AccessSettings& access = {}) {
  const auto request = from("127.0.0.1", headers);
  return caller_of(request, access).cross_site;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(caller_suite)

BOOST_AUTO_TEST_CASE(who_has_the_key) {
  for (const auto* right : {"Bearer secret", "bearer secret", "BEARER  secret", "Bearer \tsecret"})
    BOOST_TEST(bearer_of(right) == "secret", right);
  for (const auto* none : {"Bearersecret", "Basic secret", "secret", "Bearer", "Bearer ", ""})
    BOOST_TEST(bearer_of(none) == "", none);
  for (const auto* wrong : {"Secret", "secre", "secrets", "secretsecret", ""})
    BOOST_TEST(!is_key(wrong, "secret"), wrong);
  BOOST_TEST(is_key("secret", "secret"));
  BOOST_TEST(!is_key("", ""), "no key is nobody's");
  BOOST_TEST(!is_key("x", ""));
}

BOOST_AUTO_TEST_CASE(each_header_of_a_proxy_counts_also_without_a_value) {
  const std::pair<const char*, const char*> table[] = {{"x-forwarded-for", "X-Forwarded-For"},
                                                       {"forwarded", "Forwarded"},
                                                       {"x-real-ip", "X-Real-IP"},
                                                       {"via", "Via"},
                                                       {"cf-connecting-ip", "CF-Connecting-IP"},
                                                       {"true-client-ip", "True-Client-IP"},
                                                       {"x-forwarded-host", "X-Forwarded-Host"},
                                                       {"x-forwarded-proto", "X-Forwarded-Proto"},
                                                       {"fly-client-ip", "Fly-Client-IP"}};
  for (const auto& [name, shown] : table) {
    for (const auto* value : {"", "127.0.0.1", "203.0.113.9"}) {
      const auto request = from("127.0.0.1", {{name, value}});
      const auto caller = caller_of(request, {});
      BOOST_TEST(caller.loopback);
      BOOST_TEST(!caller.is_local());
      BOOST_TEST(doubt(caller).value() ==
                 std::string("This request was forwarded by a proxy (") + shown + ")");
    }
  }
  const auto plain = from("127.0.0.1", {{"user-agent", "curl"}, {"accept", "*/*"}});
  BOOST_TEST(caller_of(plain, {}).is_local());
}

BOOST_AUTO_TEST_CASE(what_a_browser_says_of_its_page) {
  BOOST_TEST(!cross_site({}));
  BOOST_TEST(!cross_site({{"sec-fetch-site", "same-origin"}}));
  BOOST_TEST(!cross_site({{"sec-fetch-site", "none"}}));
  for (const auto* site : {"cross-site", "same-site", "", "Same-Origin", "same-origin, cross-site"})
    BOOST_TEST(cross_site({{"sec-fetch-site", site}}), site);
  BOOST_TEST(cross_site({{"sec-fetch-site", "same-origin"}, {"sec-fetch-site", "cross-site"}}));
  // What the newer header says counts more.
  BOOST_TEST(
      cross_site({{"sec-fetch-site", "same-site"}, {"origin", "http://localhost"}, {"host", "localhost"}}));
}

BOOST_AUTO_TEST_CASE(older_browsers_send_the_origin_alone) {
  BOOST_TEST(!cross_site({{"origin", "http://localhost:8080"}, {"host", "localhost:8080"}}));
  BOOST_TEST(!cross_site({{"origin", "https://A.example"}, {"host", "a.EXAMPLE"}}));
  BOOST_TEST(!cross_site({{"origin", "http://[::1]:8080"}, {"host", "[::1]:8080"}}));
  for (const auto* origin : {"null", "", "http://localhost", "http://localhost:3000", "http://evil.example",
                             "localhost:8080", "http://localhost:8080.evil.example", "://", "http://"})
    BOOST_TEST(cross_site({{"origin", origin}, {"host", "localhost:8080"}}), origin);
  BOOST_TEST(cross_site({{"origin", "http://localhost"}}), "without a host");
  BOOST_TEST(cross_site({{"origin", "http://"}, {"host", ""}}));
  BOOST_TEST(cross_site({{"origin", "http://a"}, {"origin", "http://a"}, {"host", "a"}}), "two of them");
}

BOOST_AUTO_TEST_CASE(a_listed_origin_is_no_other_one) {
  const AccessSettings listed{.origins = {"https://app.example"}};
  BOOST_TEST(!cross_site({{"origin", "https://app.example"}, {"host", "a"}}, listed));
  BOOST_TEST(!cross_site({{"origin", "https://app.example"}, {"sec-fetch-site", "cross-site"}}, listed));
  BOOST_TEST(cross_site({{"origin", "https://app.example:444"}, {"sec-fetch-site", "cross-site"}}, listed));
  // Everybody may read, which is no reason to let everybody publish.
  BOOST_TEST(cross_site({{"origin", "https://app.example"}, {"sec-fetch-site", "cross-site"}},
                        {.any_origin = true}));
}

// DNS rebinding: the name is the attacker's, the address is this machine's.
BOOST_AUTO_TEST_CASE(whose_name_the_host_is) {
  const auto foreign = [](const std::string& address, const std::string& host, const std::string& site = {},
                          bool browser = false) {
    auto request = from(address, {{"host", host}});
    if (browser) request.headers.emplace("sec-fetch-site", "same-origin");
    request.site_name = site;
    return caller_of(request, {.origins = {"https://known.example"}}).foreign_host;
  };
  for (const auto* host : {"localhost", "LocalHost:8080", "localhost.", "a.localhost:1", "127.0.0.1",
                           "127.1.2.3:8080", "[::1]", "[::1]:8080", "known.example", ""})
    BOOST_TEST(!foreign("127.0.0.1", host), host);
  for (const auto* host : {"evil.example", "evil.example:8080", "localhost.evil.example",
                           "127.0.0.1.evil.example", "notlocalhost", "203.0.113.9", "10.0.0.1:80",
                           "[2001:db8::1]", "[", "[]", ":", "127.1", "unix:", "events.example", "_"})
    BOOST_TEST(foreign("127.0.0.1", host), host);
  BOOST_TEST(!foreign("127.0.0.1", "Events.example:80", "events.example"));
  BOOST_TEST(foreign("127.0.0.1", "evil.example", "_"));
  // Elsewhere only a browser can be led there by a name.
  BOOST_TEST(!foreign("10.0.0.5", "sse.internal"));
  BOOST_TEST(foreign("10.0.0.5", "sse.internal", "", true));
  BOOST_TEST(!foreign("10.0.0.5", "sse.internal", "sse.internal", true));
  BOOST_TEST(!foreign("10.0.0.5", "10.0.0.1:8080", "", true));
  const auto two = from("127.0.0.1", {{"host", "localhost"}, {"host", "localhost"}});
  BOOST_TEST(caller_of(two, {}).foreign_host);
}

BOOST_AUTO_TEST_CASE(the_reasons) {
  BOOST_TEST(!publishing_doubt({.loopback = true}));
  BOOST_TEST(!doubt({.cross_site = true}), "reading is for the browser to decide");
  BOOST_TEST(publishing_doubt({.cross_site = true}).value() ==
             "This request comes from a page of another origin");
  BOOST_TEST(doubt({.foreign_host = true, .host = "e\x1b.example"}).value() ==
             "This request is for the host e\\x1b.example, which is no name of this machine");
}

BOOST_AUTO_TEST_SUITE_END()
