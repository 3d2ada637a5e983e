#include "http/request.hpp"

#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(request_suite)

BOOST_AUTO_TEST_CASE(headers_by_name) {
  worker::http::Request request;
  request.headers = {{"last-event-id", "1-2"}, {"x-empty", ""}};
  BOOST_TEST(request.header("last-event-id") == "1-2");
  BOOST_TEST(request.header("x-empty") == "");
  BOOST_TEST(request.header("x-missing") == "");
  BOOST_TEST(request.header("Last-Event-ID") == "");
}

// Which of several lines counts is for each header to say; they are all there, in their order.
BOOST_AUTO_TEST_CASE(a_header_in_several_lines) {
  worker::http::Request request;
  request.headers = {{"b", "1"}, {"a", "2"}, {"b", "3"}};
  BOOST_TEST(request.header("b") == "1");
  const auto [first, end] = request.headers.equal_range("b");
  BOOST_TEST(std::distance(first, end) == 2);
  BOOST_TEST(std::next(first)->second == "3");
}

BOOST_AUTO_TEST_SUITE_END()
