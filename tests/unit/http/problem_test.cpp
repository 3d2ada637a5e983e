#include "http/problem.hpp"

#include <boost/test/unit_test.hpp>

using worker::http::problem;
using Headers = std::vector<std::pair<std::string, std::string>>;

BOOST_AUTO_TEST_SUITE(problem_suite)

BOOST_AUTO_TEST_CASE(the_whole_answer) {
  const auto response = problem(404, "There is nothing at /x.");
  BOOST_TEST(response.head.status == 404);
  BOOST_TEST((response.head.headers == Headers{{"Content-Type", "application/problem+json"},
                                               {"Content-Length", "91"},
                                               {"Cache-Control", "no-store"},
                                               {"X-Content-Type-Options", "nosniff"}}));
  BOOST_TEST(response.body ==
             R"({"type":"about:blank","title":"Not Found","status":404,"detail":"There is nothing at /x."})"
             "\n");
}

BOOST_AUTO_TEST_CASE(other_headers_stay_beside_it) {
  const auto response = problem(503, "Full.", {{"Retry-After", "5"}});
  BOOST_TEST((response.head.headers == Headers{{"Retry-After", "5"},
                                               {"Content-Type", "application/problem+json"},
                                               {"Content-Length", "83"},
                                               {"Cache-Control", "no-store"},
                                               {"X-Content-Type-Options", "nosniff"}}));
}

BOOST_AUTO_TEST_CASE(what_a_client_sent_is_escaped) {
  BOOST_TEST(problem(400, "\"\\\n\r\x01</script>\x7f").body ==
             "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
             "\"detail\":\"\\\"\\\\\\n\\r\\u0001</script>\x7f\"}\n");
  BOOST_TEST(problem(400, std::string("a\0b", 3)).body.find("a\\u0000b") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(utf_8_passes_as_it_is) {
  BOOST_TEST(problem(400, "\xc3\xa9\xf0\x9f\x8c\x8d").body.find("\"\xc3\xa9\xf0\x9f\x8c\x8d\"") !=
             std::string::npos);
}

// U+FFFD for what is not UTF-8: a stray byte, a cut sequence, an overlong one, half a surrogate pair.
BOOST_AUTO_TEST_CASE(what_is_not_utf_8_is_replaced) {
  const auto detail = [](const std::string& text) {
    const auto body = problem(400, text).body;
    const auto begin = body.find("\"detail\":\"") + 10;
    return body.substr(begin, body.size() - begin - 3);
  };
  const std::string mark = "\xef\xbf\xbd";
  BOOST_TEST(detail("a\xff"
                    "b") == "a" + mark + "b");
  BOOST_TEST(detail("a\xc3") == "a" + mark);
  BOOST_TEST(detail("\xe2\x82") == mark);
  BOOST_TEST(detail("\x80") == mark);
  BOOST_TEST(detail("\xc0\xaf").starts_with(mark));
  BOOST_TEST(detail("\xed\xa0\x80").starts_with(mark));
}

BOOST_AUTO_TEST_SUITE_END()
