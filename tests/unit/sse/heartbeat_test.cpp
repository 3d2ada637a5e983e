#include <boost/test/unit_test.hpp>

#include "sse/frame.hpp"

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(heartbeat_suite)

BOOST_AUTO_TEST_CASE(an_event_with_its_distance_and_the_cursor) {
  std::string out = "before";
  worker::sse::append_heartbeat(out, "e-17", 15s);
  BOOST_TEST(out == "beforeevent: heartbeat\ndata: {\"intervalSeconds\":15}\nid: e-17\n\n");
}

BOOST_AUTO_TEST_CASE(distances) {
  const auto data = [](std::chrono::milliseconds interval) {
    std::string out;
    worker::sse::append_heartbeat(out, "e-1", interval);
    return worker::sse::parse_event(out)->data;
  };
  BOOST_TEST(data(100ms) == "{\"intervalSeconds\":0.1}");
  BOOST_TEST(data(1'500ms) == "{\"intervalSeconds\":1.5}");
  BOOST_TEST(data(3'599'999ms) == "{\"intervalSeconds\":3599.999}");
  BOOST_TEST(data(1h) == "{\"intervalSeconds\":3600}");
}

BOOST_AUTO_TEST_SUITE_END()
