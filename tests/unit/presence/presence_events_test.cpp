#include "presence/presence_events.hpp"

#include <boost/test/unit_test.hpp>

using namespace worker;
using namespace worker::presence;

BOOST_AUTO_TEST_SUITE(presence_events_suite)

BOOST_AUTO_TEST_CASE(names_are_private_and_the_number_is_not) {
  const auto drafts = drafts_of({.topic = "room/1", .count = 2, .joined = {"a\"b"}, .left = {"c"}});
  BOOST_TEST(drafts.size() == 3U);
  for (const auto& draft : drafts) BOOST_TEST((draft.topics == std::vector<std::string>{"$presence/room/1"}));
  BOOST_TEST(drafts[0].event.type == "here");
  BOOST_TEST(drafts[0].event.data == R"({"topic":"room/1","count":2})");
  BOOST_TEST(!drafts[0].is_private);
  BOOST_TEST(drafts[1].event.type == "join");
  BOOST_TEST(drafts[1].event.data == R"({"topic":"room/1","subject":"a\"b","count":2})");
  BOOST_TEST(drafts[1].is_private);
  BOOST_TEST(drafts[2].event.type == "leave");
  BOOST_TEST(drafts[2].event.data == R"({"topic":"room/1","subject":"c","count":2})");
  BOOST_TEST(drafts[2].is_private);
}

BOOST_AUTO_TEST_CASE(a_reset_is_in_the_first_of_them) {
  const auto drafts = drafts_of({.topic = "room/1", .count = 2, .reset = true, .joined = {"a"}});
  BOOST_TEST(drafts[0].event.data == R"({"topic":"room/1","count":2,"reset":true})");
  BOOST_TEST(drafts[1].event.data == R"({"topic":"room/1","subject":"a","count":2})");
}

BOOST_AUTO_TEST_CASE(who_is_present_as_json_and_as_the_first_event_of_a_stream) {
  const Present few{.count = 3, .subjects = std::vector<std::string>{"a", "\xff"}};
  BOOST_TEST(present_json("r", few, true) ==
             "{\"topic\":\"r\",\"count\":3,\"subjects\":[\"a\",\"\xef\xbf\xbd\"]}");
  BOOST_TEST(present_json("r", few, false) == R"({"topic":"r","count":3})");
  BOOST_TEST(present_json("r", {.count = 300}, true) == R"({"topic":"r","count":300})");
  const Present one{.count = 1, .subjects = std::vector<std::string>{"a"}};
  BOOST_TEST(here_frame("r", one, true) ==
             "event: here\ndata: {\"topic\":\"r\",\"count\":1,\"subjects\":[\"a\"]}\n\n");
  BOOST_TEST(here_frame("r", one, false) ==
             "event: here\ndata: {\"topic\":\"r\",\"count\":1,\"reset\":true}\n\n");
}

BOOST_AUTO_TEST_SUITE_END()
