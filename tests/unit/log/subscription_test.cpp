#include "log/subscription.hpp"

#include <boost/test/unit_test.hpp>

#include "support/drafts.hpp"

using namespace worker::log;
using worker::support::select;

namespace {

// "ok", or the sentence.
std::string parsed(const std::vector<std::string_view>& selectors, std::size_t bytes_max = 1'024) {
  const auto result = Subscription::parse(selectors, bytes_max);
  return result ? "ok" : result.error();
}

using Names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(subscription_suite)

BOOST_AUTO_TEST_CASE(names_and_prefixes_are_separate_sorted_and_unique) {
  const auto subscription = select("b a/* a b x/y/* a/* c/*d *");
  BOOST_TEST(subscription.names() == (Names{"a", "b", "c/*d"}), boost::test_tools::per_element());
  BOOST_TEST(subscription.prefixes() == (Names{"", "a/", "x/y/"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_order_of_selectors_does_not_matter) {
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

BOOST_AUTO_TEST_CASE(a_star_elsewhere_is_an_ordinary_character) {
  const auto subscription = select("a* */b");
  BOOST_TEST(subscription.matches("a*"));
  BOOST_TEST(subscription.matches("*/b"));
  BOOST_TEST(!subscription.matches("ab"));
  BOOST_TEST(!subscription.matches("x/b"));
}

BOOST_AUTO_TEST_CASE(an_empty_subscription_matches_nothing) {
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
