#include "api/cursor.hpp"

#include <boost/test/unit_test.hpp>

namespace {

std::string cursor(const std::string& query, const std::optional<std::string>& header = std::nullopt) {
  worker::http::Request request;
  request.query = worker::http::Query::parse(query);
  if (header) request.headers.emplace("last-event-id", *header);
  const auto found = worker::api::cursor_of(request);
  return found ? "<" + *found + ">" : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cursor_suite)

BOOST_AUTO_TEST_CASE(nowhere) {
  BOOST_TEST(cursor("") == "none");
  BOOST_TEST(cursor("topic=a&lasteventid=1&LastEventId=2&last_eventid=3") == "none");
}

BOOST_AUTO_TEST_CASE(in_each_place) {
  BOOST_TEST(cursor("", "e-1") == "<e-1>");
  for (const auto* name : {"lastEventId", "lastEventID", "last-event-id", "last_event_id"}) {
    BOOST_TEST(cursor(std::string("topic=a&") + name + "=e-1") == "<e-1>");
  }
}

BOOST_AUTO_TEST_CASE(the_header_wins) {
  BOOST_TEST(cursor("lastEventId=old", "new") == "<new>");
  BOOST_TEST(cursor("last_event_id=old", "new") == "<new>");
}

// What a browser sends after it has been told an empty id; and a page that has none yet.
BOOST_AUTO_TEST_CASE(empty_is_none) {
  BOOST_TEST(cursor("", "") == "none");
  BOOST_TEST(cursor("lastEventId=") == "none");
  BOOST_TEST(cursor("lastEventId") == "none");
  BOOST_TEST(cursor("lastEventId=e-1", "") == "<e-1>");
  BOOST_TEST(cursor("lastEventId=&last_event_id=e-1") == "<e-1>");
}

BOOST_AUTO_TEST_CASE(of_several_the_first_spelling) {
  BOOST_TEST(cursor("last_event_id=4&last-event-id=3&lastEventID=2&lastEventId=1") == "<1>");
  BOOST_TEST(cursor("lastEventId=1&lastEventId=2") == "<1>");
}

BOOST_AUTO_TEST_CASE(any_text) {
  BOOST_TEST(cursor("lastEventId=a%20b%0a%ff%00%26") == std::string("<a b\n\xff\0&>", 9));
  BOOST_TEST(cursor("", "urn:uuid:1 2") == "<urn:uuid:1 2>");
}

BOOST_AUTO_TEST_SUITE_END()
