#include "api/stream/cursor.hpp"

#include <boost/test/unit_test.hpp>

namespace {

// Each candidate in <>.
std::string cursor(const std::string& query, const std::vector<std::string>& lines = {}) {
  worker::http::Request request;
  request.query = worker::http::Query::parse(query);
  for (const auto& line : lines) request.headers.emplace("last-event-id", line);
  std::string text;
  for (const auto& found : worker::api::cursors_of(request, request.query)) text += "<" + found + ">";
  return text.empty() ? "none" : text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cursor_suite)

BOOST_AUTO_TEST_CASE(nowhere) {
  BOOST_TEST(cursor("") == "none");
  BOOST_TEST(cursor("topic=a&lastevent=1&eventId=2&last.event.id=3&lasteventid[]=4") == "none");
}

BOOST_AUTO_TEST_CASE(in_each_place_and_every_spelling) {
  BOOST_TEST(cursor("", {"e-1"}) == "<e-1>");
  for (const auto* name : {"lastEventId", "lastEventID", "last-event-id", "last_event_id", "lasteventid",
                           "LastEventId", "Last-Event-ID", "LAST_EVENT_ID", "last-eventId", "last_eventid"}) {
    BOOST_TEST(cursor(std::string("topic=a&") + name + "=e-1") == "<e-1>");
  }
}

BOOST_AUTO_TEST_CASE(the_header_wins) {
  BOOST_TEST(cursor("lastEventId=old", {"new"}) == "<new>");
  BOOST_TEST(cursor("last_event_id=old", {"new"}) == "<new>");
  BOOST_TEST(cursor("lastEventId=earliest", {"new"}) == "<new>");
  BOOST_TEST(cursor("lastEventId=old", {"earliest"}) == "<earliest>");
}

// What a browser sends after it has been told an empty id; and a page that has none yet.
BOOST_AUTO_TEST_CASE(empty_is_none) {
  BOOST_TEST(cursor("", {""}) == "none");
  BOOST_TEST(cursor("lastEventId=") == "none");
  BOOST_TEST(cursor("lastEventId") == "none");
  BOOST_TEST(cursor("lastEventId=e-1", {""}) == "<e-1>");
  BOOST_TEST(cursor("lastEventId=&last_event_id=e-1") == "<e-1>");
  BOOST_TEST(cursor("lastEventId=e-1&lastEventId=") == "<e-1>");
}

// Polyfills append theirs to the address that they were given.
BOOST_AUTO_TEST_CASE(of_several_the_last) {
  BOOST_TEST(cursor("lastEventId=1&lastEventId=2") == "<2>");
  BOOST_TEST(cursor("lastEventId=1&topic=a&last_event_id=2") == "<2>");
  BOOST_TEST(cursor("last_event_id=4&last-event-id=3&lastEventID=2&lastEventId=1") == "<1>");
}

BOOST_AUTO_TEST_CASE(everything_again_only_where_nothing_else_is_asked_for) {
  BOOST_TEST(cursor("lastEventId=earliest&lastEventId=e-1") == "<e-1>");
  BOOST_TEST(cursor("lastEventId=e-1&lastEventId=earliest") == "<e-1>");
  BOOST_TEST(cursor("lastEventId=earliest&lastEventId=earliest") == "<earliest>");
  BOOST_TEST(cursor("", {"earliest", "e-1"}) == "<e-1>");
  BOOST_TEST(cursor("", {"e-1", "earliest"}) == "<e-1>");
}

BOOST_AUTO_TEST_CASE(of_several_header_lines_the_last_that_says_something) {
  BOOST_TEST(cursor("", {"e-1", "e-2"}) == "<e-2>");
  BOOST_TEST(cursor("", {"e-1", ""}) == "<e-1>");
  BOOST_TEST(cursor("", {"", "e-1"}) == "<e-1>");
  BOOST_TEST(cursor("lastEventId=old", {"", ""}) == "<old>");
}

BOOST_AUTO_TEST_CASE(a_header_that_a_proxy_may_have_joined) {
  BOOST_TEST(cursor("", {"e-1, e-2"}) == "<e-1, e-2><e-2>");
  BOOST_TEST(cursor("", {"e-1,e-2,"}) == "<e-1,e-2,><e-2>");
  BOOST_TEST(cursor("", {",e-1"}) == "<,e-1><e-1>");
  BOOST_TEST(cursor("", {"e-1, earliest"}) == "<e-1, earliest><e-1>");
  BOOST_TEST(cursor("", {"earliest, earliest"}) == "<earliest, earliest><earliest>");
  BOOST_TEST(cursor("", {" , ,"}) == "< , ,>");
  BOOST_TEST(cursor("lastEventId=a,b") == "<a,b>");
}

BOOST_AUTO_TEST_CASE(any_text) {
  BOOST_TEST(cursor("lastEventId=a%20b%0a%ff%00%26") == std::string("<a b\n\xff\0&>", 9));
  BOOST_TEST(cursor("", {"urn:uuid:1 2"}) == "<urn:uuid:1 2>");
}

BOOST_AUTO_TEST_SUITE_END()
