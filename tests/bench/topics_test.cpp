// Names with numbers in them, patterns, and requests for them.
#include "topics.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace sse::bench;
using Names = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(topics)

BOOST_AUTO_TEST_CASE(numbers_are_put_in) {
  BOOST_TEST(numbered({"a", "b/{n}", "{n}-{n}"}, 12) == (Names{"a", "b/12", "12-12"}),
             boost::test_tools::per_element());
  BOOST_TEST(all_numbered({"a", "b/{n}"}, 2) == (Names{"a", "b/0", "b/1"}), boost::test_tools::per_element());
  BOOST_TEST(all_numbered({"b/{n}"}, 0).empty());
}

BOOST_AUTO_TEST_CASE(names_and_patterns_select) {
  BOOST_TEST(selects("a", "a"));
  BOOST_TEST(!selects("a", "a/b"));
  BOOST_TEST(selects("*", "a"));
  BOOST_TEST(selects("a/*", "a/b/c"));
  BOOST_TEST(selects("a/*", "a/"));
  BOOST_TEST(!selects("a/*", "a"));
  BOOST_TEST(!selects("a*", "ab"));
}

BOOST_AUTO_TEST_CASE(queries_are_escaped) {
  BOOST_TEST(topic_query({}).empty());
  BOOST_TEST(topic_query({"a/*", "b c&d=ü"}) == "topic=a%2F%2A&topic=b%20c%26d%3D%C3%BC");
  BOOST_TEST(topic_query({"a,b", "c"}, TopicsAs::joined) == "topic=a%2Cb,c");
}

BOOST_AUTO_TEST_SUITE_END()
