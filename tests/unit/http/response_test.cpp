#include "http/response.hpp"

#include <boost/test/unit_test.hpp>

using worker::http::plain_response;
using worker::http::reason_phrase;
using worker::http::ResponseHead;

BOOST_AUTO_TEST_SUITE(response_suite)

BOOST_AUTO_TEST_CASE(a_head_without_headers) {
  std::string out = "before|";
  ResponseHead{}.append_to(out);
  BOOST_TEST(out == "before|Status: 200 OK\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(headers_in_order_repeated_and_empty) {
  std::string out;
  ResponseHead{405, {{"Allow", "GET, HEAD"}, {"X-A", ""}, {"X-A", "2"}}}.append_to(out);
  BOOST_TEST(out == "Status: 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nX-A: \r\nX-A: 2\r\n\r\n");
}

BOOST_AUTO_TEST_CASE(phrases) {
  const std::pair<int, const char*> table[] = {{200, "OK"},
                                               {204, "No Content"},
                                               {400, "Bad Request"},
                                               {401, "Unauthorized"},
                                               {403, "Forbidden"},
                                               {404, "Not Found"},
                                               {405, "Method Not Allowed"},
                                               {413, "Content Too Large"},
                                               {415, "Unsupported Media Type"},
                                               {429, "Too Many Requests"},
                                               {431, "Request Header Fields Too Large"},
                                               {500, "Internal Server Error"},
                                               {503, "Service Unavailable"}};
  for (const auto& [status, phrase] : table) BOOST_TEST(reason_phrase(status) == phrase);
}

BOOST_AUTO_TEST_CASE(a_plain_response_is_never_cached) {
  const auto response = plain_response("text/plain", "hi\n");
  std::string head;
  response.head.append_to(head);
  BOOST_TEST(head ==
             "Status: 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nCache-Control: no-store\r\n"
             "X-Content-Type-Options: nosniff\r\n\r\n");
  BOOST_TEST(response.body == "hi\n");
}

BOOST_AUTO_TEST_SUITE_END()
