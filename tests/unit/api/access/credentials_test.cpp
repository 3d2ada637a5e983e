// Where a request may have a token.
#include "api/access/credentials.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "api/request/bearer.hpp"

using namespace worker;
using namespace worker::api;

namespace {

http::Request with(std::initializer_list<std::pair<const std::string, std::string>> headers) {
  http::Request request;
  request.headers = headers;
  return request;
}

std::string bearer(const std::string& authorization) {
  const auto request = with({{"authorization", authorization}});
  const auto token = bearer_token(request);
  return token ? "[" + std::string(*token) + "]" : "none";
}

std::string subscriber(const http::Request& request, std::string_view query = {},
                       const std::vector<std::string>& cookies = {"t"}) {
  const auto parameters = http::Query::parse(query);
  const auto found = subscriber_credential(request, parameters, cookies);
  return found ? "[" + std::string(found->token) + "]" : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(credentials_suite)

BOOST_AUTO_TEST_CASE(bearer_tokens) {
  BOOST_TEST(bearer("Bearer abc") == "[abc]");
  BOOST_TEST(bearer("bEARER  \t abc") == "[abc]");
  BOOST_TEST(bearer("Bearer\tabc") == "[abc]");
  BOOST_TEST(bearer("Bearer") == "[]");
  BOOST_TEST(bearer("Bearer ") == "[]");
  BOOST_TEST(bearer("Bearerabc") == "none");
  BOOST_TEST(bearer("Basic abc") == "none");
  BOOST_TEST(bearer("") == "none");
  BOOST_TEST(bearer("Bear") == "none");
}

BOOST_AUTO_TEST_CASE(the_header_comes_before_the_address_and_that_before_the_cookie) {
  const auto both = with({{"authorization", "Bearer h"}, {"cookie", "t=c"}});
  BOOST_TEST(subscriber(both, "authorization=q") == "[h]");
  const auto cookie = with({{"cookie", "t=c"}});
  BOOST_TEST(subscriber(cookie, "authorization=q") == "[q]");
  BOOST_TEST(subscriber(cookie) == "[c]");
  BOOST_TEST(subscriber(with({})) == "none");
}

BOOST_AUTO_TEST_CASE(an_empty_token_is_one) {
  BOOST_TEST(subscriber(with({{"cookie", "t=c"}}), "authorization=") == "[]");
  BOOST_TEST(subscriber(with({{"cookie", "t="}})) == "[]");
}

BOOST_AUTO_TEST_CASE(cookies) {
  BOOST_TEST(subscriber(with({{"cookie", "a=1; t=c; b=2"}})) == "[c]");
  BOOST_TEST(subscriber(with({{"cookie", "a=1;t=c"}})) == "[c]");
  BOOST_TEST(subscriber(with({{"cookie", "t=\"c\""}})) == "[c]");
  BOOST_TEST(subscriber(with({{"cookie", "t=a=b=="}})) == "[a=b==]");
  BOOST_TEST(subscriber(with({{"cookie", "tt=c; T=d; t"}})) == "none");
  BOOST_TEST(subscriber(with({{"cookie", ";;; ;"}, {"cookie", "t=c"}})) == "[c]");
  BOOST_TEST(subscriber(with({{"cookie", "t=1; t=2"}})) == "[1]");
  BOOST_TEST(subscriber(with({{"cookie", "t=c"}}), {}, {}) == "none");
  BOOST_TEST(subscriber(with({{"cookie", "t=c; new=d"}}), {}, {"new", "t"}) == "[d]");
  BOOST_TEST(subscriber(with({{"cookie", "t=c"}}), {}, {"new", "t"}) == "[c]");
}

BOOST_AUTO_TEST_CASE(where_they_come_from) {
  using Place = Credential::Place;
  const auto place = [](const http::Request& request, std::string_view query = {}) {
    return subscriber_credential(request, http::Query::parse(query), {"t"})->place;
  };
  BOOST_TEST((place(with({{"authorization", "Bearer h"}, {"cookie", "t=c"}})) == Place::header));
  BOOST_TEST((place(with({{"cookie", "t=c"}}), "authorization=a") == Place::address));
  BOOST_TEST((place(with({{"cookie", "t=c"}})) == Place::cookie));
}

BOOST_AUTO_TEST_SUITE_END()
