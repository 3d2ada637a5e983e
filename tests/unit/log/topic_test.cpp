#include "log/topic.hpp"

#include <boost/test/unit_test.hpp>

#include "log/hub_topic.hpp"

using namespace worker::log;
using namespace std::string_literals;

namespace {

// "ok", or the sentence.
std::string checked(const std::string& name, std::size_t bytes_max = 1'024) {
  const auto result = check_topic(name, bytes_max);
  return result ? "ok" : result.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(topic_suite)

BOOST_AUTO_TEST_CASE(names_that_are_allowed) {
  for (const auto& name : {"a"s, "orders/17"s, "a b"s, "/"s, "orders/"s, "**"s, "a*"s, "*a"s, "*/a"s, "a/*b"s,
                           "https://example.org/{id}?x=1#y"s, "#"s, "\"<>&\\"s, "a$"s, "a/$stats"s,
                           "\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\x8d"s, "earliest"s}) {
    BOOST_TEST(checked(name) == "ok");
  }
}

BOOST_AUTO_TEST_CASE(patterns_are_not_names) {
  BOOST_TEST(checked("*") == "topic: * is a pattern; an event is published under a name");
  BOOST_TEST(checked("orders/*") == "topic: orders/* is a pattern; an event is published under a name");
  BOOST_TEST(checked("/*") == "topic: /* is a pattern; an event is published under a name");
}

BOOST_AUTO_TEST_CASE(reserved_names) {
  for (const auto* name : {"$stats", "$", "$x"}) {
    BOOST_TEST(checked(name) ==
               "topic: " + std::string(name) + " is reserved: names that begin with $ belong to the worker");
  }
}

// However they are spelled.
BOOST_AUTO_TEST_CASE(names_of_the_hub) {
  for (const auto* name :
       {"/.well-known/mercure", "/.well-known/mercure/subscriptions/a/b",
        "https://x.example/.well-known/mercure/a", "/.well-known/%6Dercure/subscriptions/a/b",
        "/.well-known/%6dercure", "https://x.example/%2ewell-known/mercure", "/.well-known/x/../mercure/a",
        "/.well-known/x/%2e%2E/mercure/a", ".well-known/./mercure?x#y",
        "https:\\\\x.example\\.well-known\\mercure\\a"})
    BOOST_TEST(
        checked(name).ends_with("is reserved: names that contain /.well-known/mercure belong to the worker"),
        name);
  for (const auto* name :
       {"mercure", "mercure/subscriptions", "/mercure", "/.well-known/%4Dercure", "/.well-known/x/mercure",
        "100%", "/.well-known/../mercure", "urn:mercure", "#mercure"})
    BOOST_TEST(checked(name) == "ok", name);
  const auto hub = *TopicUrl::parse("https://hub.example.com/.well-known/mercure", nullptr);
  for (const auto* name : {"mercure", "mercure/a", "#", "?x", " #x", "./mercure", "../.well-known/mercure"})
    BOOST_TEST(is_hub_topic(name, hub), name);
  for (const auto* name :
       {"a", "a#b", "mercure2", "/mercure", "urn:mercure", "mercure-x/a", "https://mercure.example"})
    BOOST_TEST(!is_hub_topic(name, hub), name);
}

BOOST_AUTO_TEST_CASE(names_that_are_refused) {
  BOOST_TEST(checked("") == "topic: must not be empty");
  BOOST_TEST(checked("\xff") == "topic: is not valid UTF-8");
  BOOST_TEST(checked("a\xc3") == "topic: is not valid UTF-8");
  for (const auto& name : {"a\nb"s, "a\rb"s, "a\0b"s, "\t"s, "\x1f"s, "a\x7f"s}) {
    BOOST_TEST(checked(name) == "topic: contains a control character");
  }
}

BOOST_AUTO_TEST_CASE(the_longest_name) {
  BOOST_TEST(checked(std::string(1'024, 'x')) == "ok");
  BOOST_TEST(checked(std::string(1'025, 'x')) == "topic: has 1025 bytes; at most 1024 are allowed");
  BOOST_TEST(checked("\xc3\xa4\xc3\xa4", 4) == "ok");
  BOOST_TEST(checked("\xc3\xa4\xc3\xa4", 3) == "topic: has 4 bytes; at most 3 are allowed");
}

BOOST_AUTO_TEST_CASE(names_that_may_be_meant_as_something_else) {
  const auto notice = [](std::string_view selector) { return selector_notice(selector).value_or("nothing"); };
  for (const auto* name : {"a*", "*a", "*/b", "**", "a/*b", "a.*"}) {
    BOOST_TEST(notice(name) == "topic " + std::string(name) +
                                   " is a name, not a pattern; patterns are * and names that end in /*");
    BOOST_TEST(checked(name) == "ok");
  }
  BOOST_TEST(notice("a,b") == "topic a,b is one name; for several topics repeat topic=");
  BOOST_TEST(notice("a/{b,c}/*d") == "topic a/{b,c}/*d is a name; for a URI template use template=");
  BOOST_TEST(notice("a\x1b*").find('\x1b') == std::string::npos);
  for (const auto* selector : {"a", "*", "/*", "a/*", "a*/*", "a,b/*", "{a}/*", "a/", "a b"})
    BOOST_TEST(notice(selector) == "nothing");
}

BOOST_AUTO_TEST_SUITE_END()
