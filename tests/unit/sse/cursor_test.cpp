#include <boost/test/unit_test.hpp>

#include "sse/frame.hpp"

BOOST_AUTO_TEST_SUITE(cursor_suite)

BOOST_AUTO_TEST_CASE(an_id_and_nothing_else) {
  std::string out = "before";
  worker::sse::append_cursor(out, "e-17");
  worker::sse::append_cursor(out, "urn:uuid:\xc3\xa4");
  BOOST_TEST(out == "beforeid: e-17\n\nid: urn:uuid:\xc3\xa4\n\n");
}

BOOST_AUTO_TEST_CASE(it_fires_nothing) {
  std::string out;
  worker::sse::append_cursor(out, "e-17");
  BOOST_TEST(!worker::sse::parse_event(out));
}

BOOST_AUTO_TEST_SUITE_END()
