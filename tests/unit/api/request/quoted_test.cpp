#include "api/request/quoted.hpp"

#include <boost/test/unit_test.hpp>

using namespace worker;

namespace {

std::string quoted(std::string_view text) {
  std::string out = "x";
  api::append_json_string(out, text);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(quoted_suite)

BOOST_AUTO_TEST_CASE(as_it_is) {
  BOOST_TEST(quoted("") == "x\"\"");
  BOOST_TEST(quoted("orders/17 ~") == "x\"orders/17 ~\"");
}

BOOST_AUTO_TEST_CASE(escaped) {
  BOOST_TEST(quoted("a\"b\\c\nd\x01") == "x\"a\\\"b\\\\c\\nd\\u0001\"");
  BOOST_TEST(quoted("\xc3\xa9") == "x\"\xc3\xa9\"");
}

BOOST_AUTO_TEST_CASE(no_utf8) { BOOST_TEST(quoted("a\xff") == "x\"a\xef\xbf\xbd\""); }

BOOST_AUTO_TEST_SUITE_END()
