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

BOOST_AUTO_TEST_SUITE_END()
