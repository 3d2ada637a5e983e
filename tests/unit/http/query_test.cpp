#include "http/query.hpp"

#include <boost/test/unit_test.hpp>

#include "base/percent.hpp"

using namespace std::string_literals;
using worker::http::Query;
using Pairs = std::vector<std::pair<std::string, std::string>>;

namespace {

Pairs parsed(std::string_view text) { return Query::parse(text).pairs(); }

// The value of `a`, which stands for what decoding makes of `text`.
std::string decoded(const std::string& text) { return parsed("a=" + text).at(0).second; }

}  // namespace

BOOST_AUTO_TEST_SUITE(query_suite)

BOOST_AUTO_TEST_CASE(pairs_in_order) {
  BOOST_TEST((parsed("topic=a&last=1&topic=b") == Pairs{{"topic", "a"}, {"last", "1"}, {"topic", "b"}}));
}

BOOST_AUTO_TEST_CASE(nothing) {
  BOOST_TEST(parsed("").empty());
  BOOST_TEST(parsed("&").empty());
  BOOST_TEST(parsed("&&&").empty());
}

BOOST_AUTO_TEST_CASE(empty_pieces_are_no_pairs) {
  BOOST_TEST((parsed("&a=1&&b=2&") == Pairs{{"a", "1"}, {"b", "2"}}));
}

BOOST_AUTO_TEST_CASE(missing_names_and_values) {
  BOOST_TEST((parsed("a") == Pairs{{"a", ""}}));
  BOOST_TEST((parsed("a=") == Pairs{{"a", ""}}));
  BOOST_TEST((parsed("=b") == Pairs{{"", "b"}}));
  BOOST_TEST((parsed("=") == Pairs{{"", ""}}));
  BOOST_TEST((parsed("a&b=&=c") == Pairs{{"a", ""}, {"b", ""}, {"", "c"}}));
}

BOOST_AUTO_TEST_CASE(only_the_first_equals_sign_divides) {
  BOOST_TEST((parsed("a=b=c==") == Pairs{{"a", "b=c=="}}));
}

BOOST_AUTO_TEST_CASE(a_semicolon_is_no_divider) { BOOST_TEST((parsed("a=1;b=2") == Pairs{{"a", "1;b=2"}})); }

BOOST_AUTO_TEST_CASE(plus_is_a_space_and_its_escape_is_not) {
  BOOST_TEST((parsed("a+b=c+d%2B+") == Pairs{{"a b", "c d+ "}}));
}

BOOST_AUTO_TEST_CASE(escapes_in_both_cases) {
  BOOST_TEST(decoded("%c3%A9") == "\xc3\xa9");
  BOOST_TEST(decoded("%2f%2F") == "//");
  BOOST_TEST((parsed("%61=%62") == Pairs{{"a", "b"}}));
}

BOOST_AUTO_TEST_CASE(escaped_dividers_divide_nothing) {
  BOOST_TEST((parsed("a%3Db=c%26d%3De") == Pairs{{"a=b", "c&d=e"}}));
}

BOOST_AUTO_TEST_CASE(decoded_once) { BOOST_TEST(decoded("%2541") == "%41"); }

BOOST_AUTO_TEST_CASE(every_byte) {
  constexpr auto digits = "0123456789abcdef";
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto escape = "%"s + digits[byte / 16] + digits[byte % 16];
    BOOST_TEST(decoded(escape) == std::string(1, static_cast<char>(byte)));
  }
}

BOOST_AUTO_TEST_CASE(broken_escapes_stand_for_themselves) {
  for (const auto* text :
       {"%", "%%", "%4", "%g1", "%1g", "%zz", "%-1", "%0x", "x%", "x%a", "%e", "%/0", "%:0", "%@a", "%`a"}) {
    BOOST_TEST(decoded(text) == text);
  }
  BOOST_TEST(decoded("%+1") == "% 1");
  BOOST_TEST(decoded("%%41") == "%A");
  BOOST_TEST(decoded("%4%41") == "%4A");
  BOOST_TEST((parsed("a=%4&b=%") == Pairs{{"a", "%4"}, {"b", "%"}}));
}

// A view into a longer text: what stands behind the view is not the rest of an escape.
BOOST_AUTO_TEST_CASE(nothing_behind_the_text_is_read) {
  const std::string longer = "a=%41%42";
  BOOST_TEST((parsed(std::string_view(longer).substr(0, 6)) == Pairs{{"a", "A%"}}));
  BOOST_TEST((parsed(std::string_view(longer).substr(0, 7)) == Pairs{{"a", "A%4"}}));
}

BOOST_AUTO_TEST_CASE(no_more_than_so_many) {
  BOOST_TEST((Query::parse("a=1&&b=2&c=3", 2).pairs() == Pairs{{"a", "1"}, {"b", "2"}}));
  BOOST_TEST(Query::parse("a=1", 0).pairs().empty());
}

BOOST_AUTO_TEST_CASE(adding) {
  auto query = Query::parse("a=1");
  query.add("b&", "2=");
  BOOST_TEST((query.pairs() == Pairs{{"a", "1"}, {"b&", "2="}}));
}

BOOST_AUTO_TEST_CASE(encoding_is_undone_by_parsing) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  BOOST_TEST(decoded(worker::base::percent_encoded(all)) == all);
}

BOOST_AUTO_TEST_CASE(lookups) {
  const auto query = Query::parse("t=a&u=&t=b&t");
  BOOST_TEST((query.first("t") == "a"));
  BOOST_TEST((query.last("t") == ""));
  BOOST_TEST((query.first("u") == ""));
  BOOST_TEST(!query.last("x"));
  BOOST_TEST(!query.first("x"));
  BOOST_TEST(!query.first("T"));
  BOOST_TEST((query.all("t") == std::vector<std::string_view>{"a", "b", ""}));
  BOOST_TEST(query.all("x").empty());
  BOOST_TEST(!Query().first("t"));
}

BOOST_AUTO_TEST_SUITE_END()
