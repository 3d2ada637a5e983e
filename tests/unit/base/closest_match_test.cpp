#include "base/closest_match.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <string>

namespace {

constexpr std::array<std::string_view, 4> known = {"topic", "lastEventId", "poll", "heartbeat"};

std::string meant(std::string_view name) {
  return std::string(worker::base::closest_match(name, known).value_or("nothing"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(resemblance_suite)

BOOST_AUTO_TEST_CASE(the_same_letters) {
  for (const auto* name :
       {"Topic", "TOPIC", "topic[]", "topic[0]", "topic[17]", "topic ", "to-pic", "_topic", "topic.0"})
    BOOST_TEST(meant(name) == "topic", name);
  for (const auto* name : {"lasteventid[]", "last.event.id", "LASTEVENTID"})
    BOOST_TEST(meant(name) == "lastEventId");
  BOOST_TEST(meant("poll[]") == "poll");
}

BOOST_AUTO_TEST_CASE(nearly_the_same_letters) {
  for (const auto* name : {"topics", "topcs", "tpoic", "topics[]", "topik"})
    BOOST_TEST(meant(name) == "topic", name);
  for (const auto* name : {"lastevent", "lastEventIds", "lastEvendId"})
    BOOST_TEST(meant(name) == "lastEventId", name);
  for (const auto* name : {"polls", "pol", "pool"}) BOOST_TEST(meant(name) == "poll", name);
  for (const auto* name : {"heartbeats", "hartbeat", "heart-beat"})
    BOOST_TEST(meant(name) == "heartbeat", name);
}

BOOST_AUTO_TEST_CASE(what_an_address_carries_besides) {
  for (const auto* name : {"",
                           "_",
                           "_=",
                           "t",
                           "v",
                           "ts",
                           "cb",
                           "123",
                           "token",
                           "access_token",
                           "authorization",
                           "key",
                           "jwt",
                           "apikey",
                           "session",
                           "user",
                           "call",
                           "hello",
                           "utm_source",
                           "since",
                           "cursor",
                           "\xff",
                           "тема"}) {
    BOOST_TEST(meant(name) == "nothing", name);
  }
  BOOST_TEST(meant(std::string(1 << 20, 't')) == "nothing");
  BOOST_TEST(meant(std::string(1 << 20, '-') + "topic") == "topic");
}

BOOST_AUTO_TEST_CASE(what_is_known_is_meant) {
  for (const auto name : known) BOOST_TEST(meant(name) == "nothing");
}

BOOST_AUTO_TEST_SUITE_END()
