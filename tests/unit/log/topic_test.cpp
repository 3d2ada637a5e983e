#include "log/topic.hpp"

#include <boost/test/unit_test.hpp>

#include "support/drafts.hpp"

using namespace worker::log;
using namespace std::string_literals;
using worker::support::select;
using worker::support::words;

namespace {

// "ok", or the sentence.
std::string checked(const std::string& name, std::size_t bytes_max = 1'024) {
  const auto result = check_topic(name, bytes_max);
  return result ? "ok" : result.error();
}

std::string parsed(const std::vector<std::string_view>& selectors, std::size_t bytes_max = 1'024) {
  const auto result = Subscription::parse(selectors, bytes_max);
  return result ? "ok" : result.error();
}

using Names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(topic_suite)

BOOST_AUTO_TEST_CASE(names_that_are_allowed) {
  for (const auto& name : {"a"s, "orders/17"s, "a b"s, "/"s, "orders/"s, "**"s, "a*"s, "*a"s, "*/a"s, "a/*b"s,
                           "https://example.org/{id}?x=1#y"s, "#"s, "\"<>&\\"s, "a$"s, "a/$stats"s,
                           "\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\x8d"s, "earliest"s}) {
    BOOST_TEST(checked(name) == "ok");
  }
}

BOOST_AUTO_TEST_CASE(patterns_are_no_names) {
  BOOST_TEST(checked("*") == "topic: * is a pattern; an event is published under a name");
  BOOST_TEST(checked("orders/*") == "topic: orders/* is a pattern; an event is published under a name");
  BOOST_TEST(checked("/*") == "topic: /* is a pattern; an event is published under a name");
}

BOOST_AUTO_TEST_CASE(names_that_are_the_workers_own) {
  for (const auto* name : {"$stats", "$", "$x"}) {
    BOOST_TEST(checked(name) ==
               "topic: " + std::string(name) + " is reserved: names that begin with $ belong to the worker");
  }
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
  BOOST_TEST(notice("a\x1b*").find('\x1b') == std::string::npos);
  for (const auto* selector : {"a", "*", "/*", "a/*", "a*/*", "a,b/*", "a/", "a b"})
    BOOST_TEST(notice(selector) == "nothing");
}

// --- subscriptions ---

BOOST_AUTO_TEST_CASE(names_and_prefixes_are_parted_sorted_and_single) {
  const auto subscription = select("b a/* a b x/y/* a/* c/*d *");
  BOOST_TEST(subscription.names() == (Names{"a", "b", "c/*d"}), boost::test_tools::per_element());
  BOOST_TEST(subscription.prefixes() == (Names{"", "a/", "x/y/"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_order_of_asking_is_no_difference) {
  BOOST_TEST((select("a b c/*") == select("c/* b a b")));
  BOOST_TEST((select("a b") != select("a")));
  BOOST_TEST((select("a/") != select("a/*")));
  BOOST_TEST((select("*") != select("/*")));
}

BOOST_AUTO_TEST_CASE(selectors_are_checked_like_names) {
  BOOST_TEST(parsed({"a", "", "b"}) == "topic: must not be empty");
  BOOST_TEST(parsed({"a/*", "\xc0\x80/*"}) == "topic: is not valid UTF-8");
  BOOST_TEST(parsed({"a\x01/*"}) == "topic: contains a control character");
  const std::string longest(1'022, 'x');
  BOOST_TEST(parsed({longest + "xx"}) == "ok");
  BOOST_TEST(parsed({longest + "/*"}) == "ok");
  BOOST_TEST(parsed({"a", longest + "x/*"}) == "topic: has 1025 bytes; at most 1024 are allowed");
}

BOOST_AUTO_TEST_CASE(a_name_matches_itself) {
  const auto subscription = select("orders b");
  BOOST_TEST(subscription.matches("orders"));
  BOOST_TEST(subscription.matches("b"));
  for (const auto* other : {"order", "orders/", "orders/1", "Orders", "a", "bb", ""})
    BOOST_TEST(!subscription.matches(other));
}

BOOST_AUTO_TEST_CASE(a_pattern_matches_what_is_below_it) {
  const auto subscription = select("orders/*");
  for (const auto* below : {"orders/1", "orders/1/2", "orders/", "orders//"})
    BOOST_TEST(subscription.matches(below));
  for (const auto* other : {"orders", "order/1", "xorders/1", "ordersx/1", "Orders/1"}) {
    BOOST_TEST(!subscription.matches(other));
  }
}

BOOST_AUTO_TEST_CASE(a_star_matches_all) {
  for (const auto* name : {"a", "a/b", "/", "*x"}) BOOST_TEST(select("*").matches(name));
  BOOST_TEST(select("/*").matches("/a"));
  BOOST_TEST(!select("/*").matches("a"));
}

BOOST_AUTO_TEST_CASE(a_star_elsewhere_is_a_letter) {
  const auto subscription = select("a* */b");
  BOOST_TEST(subscription.matches("a*"));
  BOOST_TEST(subscription.matches("*/b"));
  BOOST_TEST(!subscription.matches("ab"));
  BOOST_TEST(!subscription.matches("x/b"));
}

BOOST_AUTO_TEST_CASE(nothing_asked_nothing_matched) {
  BOOST_TEST(!Subscription().matches("a"));
  BOOST_TEST((Subscription::parse({}, 10).value() == Subscription()));
}

BOOST_AUTO_TEST_CASE(an_event_matches_by_any_of_its_topics) {
  const auto held = Entry::make({.topics = {"x", "orders/1"}});
  const auto& entry = *held;
  BOOST_TEST(select("orders/*").matches(entry));
  BOOST_TEST(select("x").matches(entry));
  BOOST_TEST(select("a x").matches(entry));
  BOOST_TEST(!select("orders").matches(entry));
}

BOOST_AUTO_TEST_SUITE_END()
