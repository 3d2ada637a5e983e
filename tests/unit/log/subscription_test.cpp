#include "log/subscription.hpp"

#include <boost/test/unit_test.hpp>

#include "support/drafts.hpp"

using namespace worker::log;
using worker::support::select;
using worker::support::selectors;
using worker::support::words;

namespace {

bool may_read(const Subscription& subscription, const std::string& topics) {
  return subscription.may_read(*Entry::make({.topics = words(topics), .is_private = true}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(subscription_suite)

BOOST_AUTO_TEST_CASE(it_matches_what_is_asked_for_whatever_is_granted) {
  for (const auto* granted : {"", "b", "a", "*"}) {
    const auto subscription = select("a c/*", granted);
    BOOST_TEST(subscription.matches("a"));
    BOOST_TEST(subscription.matches("c/1"));
    BOOST_TEST(!subscription.matches("b"));
    BOOST_TEST(subscription.matches(*Entry::make({.topics = {"x", "a"}, .is_private = true})));
    BOOST_TEST(!subscription.matches(*Entry::make({.topics = {"b"}, .is_private = true})));
  }
  BOOST_TEST(!Subscription().matches("a"));
}

BOOST_AUTO_TEST_CASE(everybody_may_read_public_events) {
  for (const auto* granted : {"", "b", "a", "*"})
    BOOST_TEST(select("a", granted).may_read(*Entry::make({.topics = {"a"}})));
}

// The topic that is granted need not be the one that is asked for.
BOOST_AUTO_TEST_CASE(a_private_event_may_be_read_where_one_of_its_topics_is_granted) {
  const struct {
    const char *asked, *granted, *topics;
    bool readable;
  } table[] = {
      {"a", "", "a", false},
      {"a", "a", "a", true},
      {"a", "b", "a", false},
      {"a", "b", "a b", true},
      {"a b", "b", "a", false},
      {"a b", "b", "b", true},
      {"a b", "a b c", "a", true},
      {"a/*", "a/1", "a/1", true},
      {"a/*", "a/1", "a/2", false},
      {"a/*", "a/1", "a/2 a/1", true},
      {"a/1", "a/*", "a/1", true},
      {"*", "a/*", "a/1", true},
      {"*", "a/*", "b", false},
      {"*", "*", "b", true},
      {"a", "*", "a b", true},
      {"a/{x}", "", "a/1", false},
      {"a/{x}", "a/{x}", "a/1", true},
      {"*", "a/{x}", "a/1", true},
      {"*", "a/{x}", "a/1/2", false},
      {"*", "b a/{x}", "a/1", true},
      {"a/{x}", "a/*", "a/1", true},
      {"a/{x}", "b a/1", "a/1", true},
      {"a/{x}", "b a/1", "a/2", false},
      {"a/{x}", "b/{x}", "a/2 b/1", true},
      {"*", "{+x}", "$stats", false},
  };
  for (const auto& [asked, granted, topics, readable] : table) {
    BOOST_TEST(may_read(select(asked, granted), topics) == readable,
               asked << " with " << granted << " granted, event of " << topics);
  }
}

BOOST_AUTO_TEST_CASE(whether_all_events_of_a_topic_may_be_read) {
  BOOST_TEST(!select("a b").may_read_all("a"));
  BOOST_TEST(select("a b", "b").may_read_all("b"));
  BOOST_TEST(!select("a b", "b").may_read_all("a"));
  BOOST_TEST(select("a b", "*").may_read_all("a"));
  BOOST_TEST(!select("a").may_read_some());
  BOOST_TEST(select("a", "b").may_read_some());
  BOOST_TEST(select("a", "a").may_read_some());
  BOOST_TEST(select("a", "b/{x}").may_read_some());
}

// So that they share a cohort.
BOOST_AUTO_TEST_CASE(those_with_equal_rights_are_equal) {
  BOOST_TEST((select("a", "a") == select("a", "a b c/*")));
  BOOST_TEST((select("a b/1", "*") == select("a b/1", "a b/*")));
  BOOST_TEST((select("a") == select("a", "")));
  BOOST_TEST((select("a") != select("a", "a")));
  BOOST_TEST((select("a b", "a") != select("a b", "b")));
  BOOST_TEST((select("a b", "a") == select("b a", "a a")));
  BOOST_TEST((select("a", "b") != select("a")));
  BOOST_TEST((select("a/{x}", "a/{x}") == select("a/{x}", "*")));
  BOOST_TEST((select("a/{x}", "b/{x}") != select("a/{x}")));
  BOOST_TEST((select("a/{x}", "b/{x}") == select("a/{x}", "b/{x} b/{x}")));
  BOOST_TEST((select("a/{x}") != select("a/{y}")));
  BOOST_TEST((select("a", "b") != select("a", "a")));
  BOOST_TEST((select("*", "a/*") != select("*", "*")));
  BOOST_TEST((Subscription(selectors("a")) == select("a")));
}

// There may be as many as streams.
BOOST_AUTO_TEST_CASE(a_grant_is_one_text) {
  BOOST_TEST(select("a b/*", "*").granted() == "*");
  BOOST_TEST(select("a b/*", "b/* x a").granted() == "*");
  BOOST_TEST(select("a").granted() == "");
  BOOST_TEST(select("a b", "x/* c b a/b/*").granted() == "b\nc\na/b/*\nx/*");
  BOOST_TEST(select("a b", "b *").granted() == "*");
  BOOST_TEST(sizeof(Subscription) <= 96U);
}

BOOST_AUTO_TEST_SUITE_END()
