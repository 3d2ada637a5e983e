// What pages of other origins are told: exact header lines.
#include "api/cors.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace worker;
using api::AccessSettings;
using api::Cors;

namespace {

const AccessSettings two{.origins = {"https://app.example", "http://localhost:3000"}};
const AccessSettings all{.any_origin = true};

http::Request request(const std::vector<std::string>& origins, bool preflight = false) {
  http::Request request{.method = preflight ? "OPTIONS" : "GET", .path = "/events"};
  for (const auto& origin : origins) request.headers.emplace("origin", origin);
  if (preflight) request.headers.emplace("access-control-request-method", "POST");
  return request;
}

std::string lines(const AccessSettings& access, const std::vector<std::string>& origins) {
  Cors cors;
  cors.update(access);
  const auto lines = cors.head_lines(request(origins));
  return lines ? *lines : "null";
}

std::string preflight(const AccessSettings& access, const http::Request& asked) {
  Cors cors;
  cors.update(access);
  std::string head;
  cors.options_response(asked, "GET, POST, HEAD").head.append_to(head);
  return head;
}

const std::string exposed =
    "Access-Control-Expose-Headers: Accept-Encoding, Allow, Last-Event-ID, Link, Mercure-Last-Event-ID, "
    "Retry-After, "
    "WWW-Authenticate\r\nVary: "
    "Origin\r\n";
const std::string plain = "Status: 204 No Content\r\nAllow: GET, POST, HEAD\r\nCache-Control: no-store\r\n";
const std::string granted =
    "Access-Control-Allow-Methods: GET, POST, HEAD\r\n"
    "Access-Control-Allow-Headers: Authorization, Cache-Control, Content-Encoding, Content-Type, "
    "Last-Event-ID\r\n"
    "Access-Control-Max-Age: 7200\r\n";

}  // namespace

BOOST_AUTO_TEST_SUITE(cors_suite)

BOOST_AUTO_TEST_CASE(without_origins_there_is_no_line) {
  BOOST_TEST(lines({}, {}) == "null");
  BOOST_TEST(lines({}, {"https://app.example"}) == "null");
}

BOOST_AUTO_TEST_CASE(a_listed_origin) {
  for (const auto* origin : {"https://app.example", "http://localhost:3000"}) {
    BOOST_TEST(lines(two, {origin}) == std::string("Access-Control-Allow-Origin: ") + origin +
                                           "\r\nAccess-Control-Allow-Credentials: true\r\n" + exposed);
  }
}

BOOST_AUTO_TEST_CASE(any_other_origin_and_none) {
  BOOST_TEST(lines(two, {}) == "Vary: Origin\r\n");
  for (const auto& origin :
       {std::string("https://evil.example"), std::string("null"), std::string(), std::string("*"),
        std::string("https://app.example/"), std::string("https://app.example:443"),
        std::string("https://APP.example"), std::string("http://app.example"),
        std::string("https://app.example.evil.example"),
        std::string("https://app.example, https://app.example"),
        "https://app.example" + std::string(60'000, 'a')})
    BOOST_TEST(lines(two, {origin}) == "Vary: Origin\r\n");
  BOOST_TEST(lines(two, {"https://app.example", "https://app.example"}) == "Vary: Origin\r\n");
}

BOOST_AUTO_TEST_CASE(every_origin_but_without_credentials) {
  for (const auto* origin : {"https://evil.example", "null"})
    BOOST_TEST(lines(all, {origin}) == "Access-Control-Allow-Origin: *\r\n" + exposed);
  BOOST_TEST(lines(all, {}) == "Access-Control-Allow-Origin: *\r\n" + exposed);
}

BOOST_AUTO_TEST_CASE(preflights) {
  BOOST_TEST(preflight(two, request({"https://app.example"}, true)) == plain + granted + "\r\n");
  BOOST_TEST(preflight(all, request({"https://evil.example"}, true)) == plain + granted + "\r\n");
  BOOST_TEST(preflight(two, request({"https://evil.example"}, true)) == plain + "\r\n");
  BOOST_TEST(preflight(two, request({}, true)) == plain + "\r\n");
  BOOST_TEST(preflight(two, request({"https://app.example"})) == plain + "\r\n", "no preflight");
  BOOST_TEST(preflight({}, request({"https://app.example"}, true)) == plain + "\r\n");
}

BOOST_AUTO_TEST_CASE(new_settings_replace_the_old_ones) {
  Cors cors;
  cors.update(two);
  cors.update({.origins = {"https://new.example"}});
  BOOST_TEST(*cors.head_lines(request({"https://app.example"})) == "Vary: Origin\r\n");
  cors.update(all);
  cors.update({});
  BOOST_TEST(!cors.head_lines(request({"https://app.example"})));
}

BOOST_AUTO_TEST_SUITE_END()
