// The parameters of a Mercure subscriber: of the address, and with QUERY also of a form in the body.
#include "api/mercure/mercure_parameters.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

namespace {

using namespace worker;

http::Request query(const std::string& address, const std::string& body) {
  http::Request request{.method = "QUERY", .query = http::Query::parse(address)};
  request.content_type = "application/x-www-form-urlencoded; charset=UTF-8";
  request.body = body;
  return request;
}

std::string told(const http::Request& request, std::size_t topics_max = 10) {
  const auto parameters = api::mercure_parameters(request, topics_max);
  if (!parameters) return std::to_string(parameters.error().head.status);
  std::string text;
  for (const auto& [name, value] : parameters.value().pairs())
    text.append(name).append("=").append(value).append(" ");
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(mercure_parameters_suite)

BOOST_AUTO_TEST_CASE(those_of_the_body_come_behind_those_of_the_address) {
  BOOST_TEST(told(query("match=a", "match=b&match_urlpattern=%2F%3Aid")) ==
             "match=a match=b match_urlpattern=/:id ");
  BOOST_TEST(told(query("match=a", "")) == "match=a ");
  BOOST_TEST(told(query("", "match=b")) == "match=b ");
}

BOOST_AUTO_TEST_CASE(the_cursor_of_the_address_stands_alone) {
  BOOST_TEST(told(query("last_event_id=1", "last_event_id=2&match=a&lastEventID=3")) ==
             "last_event_id=1 match=a ");
  BOOST_TEST(told(query("last_event_id=earliest", "last_event_id=2")) == "last_event_id=earliest ");
  BOOST_TEST(told(query("", "last_event_id=2")) == "last_event_id=2 ");
}

BOOST_AUTO_TEST_CASE(only_query_has_a_body) {
  auto request = query("match=a", "match=b");
  request.method = "GET";
  BOOST_TEST(told(request) == "match=a ");
}

BOOST_AUTO_TEST_CASE(refusals) {
  auto request = query("match=a", "{}");
  request.content_type = "application/json";
  BOOST_TEST(told(request) == "415");
  request.content_type = "";
  BOOST_TEST(told(request) == "415");
  request = query("", "match=a");
  request.headers.emplace("content-encoding", "gzip");
  BOOST_TEST(told(request) == "415");
}

BOOST_AUTO_TEST_CASE(their_number_is_bounded) {
  const auto repeated = [](std::size_t count) {
    std::string text = "a";
    for (std::size_t i = 1; i < count; ++i) text += "&a";
    return text;
  };
  BOOST_TEST(told(query("", repeated(74))) != "400");
  BOOST_TEST(told(query("", repeated(75))) == "400");
  BOOST_TEST(told(query(repeated(70), repeated(4))) != "400");
  BOOST_TEST(told(query(repeated(70), repeated(5))) == "400");
  BOOST_TEST(told(query(repeated(75), "")) == "400");
}

BOOST_AUTO_TEST_SUITE_END()
