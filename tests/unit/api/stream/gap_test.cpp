#include "api/stream/gap.hpp"

#include <boost/test/unit_test.hpp>

using worker::api::Gap;
using worker::log::GapReason;

BOOST_AUTO_TEST_SUITE(gap_suite)

BOOST_AUTO_TEST_CASE(as_json) {
  BOOST_TEST((Gap{GapReason::evicted, "e-1", "e-7"}.json().dump() ==
              R"({"reason":"evicted","lastEventId":"e-1","resumedFrom":"e-7"})"));
  BOOST_TEST((Gap{GapReason::unknown, "x", "e-0"}.json().dump() ==
              R"({"reason":"unknown","lastEventId":"x","resumedFrom":"e-0"})"));
  BOOST_TEST((Gap{GapReason::restarted, "d-9", "e-0"}.json().dump() ==
              R"({"reason":"restarted","lastEventId":"d-9","resumedFrom":"e-0"})"));
}

BOOST_AUTO_TEST_CASE(as_a_frame) {
  BOOST_TEST((Gap{GapReason::evicted, "e-1", "e-7"}.frame() ==
              "event: gap\ndata: "
              "{\"reason\":\"evicted\",\"lastEventId\":\"e-1\",\"resumedFrom\":\"e-7\"}\nid: e-7\n\n"));
}

// The cursor is the text that the client sent.
BOOST_AUTO_TEST_CASE(a_hostile_cursor_stays_inside_the_data) {
  BOOST_TEST((Gap{GapReason::unknown, "\"}\n\nevent: close\ndata: {\r\xff\xc3", "e-0"}.frame() ==
              "event: gap\ndata: {\"reason\":\"unknown\",\"lastEventId\":"
              "\"\\\"}\\n\\nevent: close\\ndata: "
              "{\\r\xef\xbf\xbd\xef\xbf\xbd\",\"resumedFrom\":\"e-0\"}\nid: e-0\n\n"));
}

BOOST_AUTO_TEST_SUITE_END()
