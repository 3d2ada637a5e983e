#include "log/selectors.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "support/drafts.hpp"

using namespace worker::log;
using worker::support::selectors;

namespace {

// "ok", or the sentence.
std::string parsed(const std::vector<std::string_view>& texts, std::size_t bytes_max = 1'024) {
  const auto result = Selectors::parse(texts, bytes_max);
  return result ? "ok" : result.error();
}

using Names = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(selectors_suite)

BOOST_AUTO_TEST_CASE(names_and_prefixes_are_separate_sorted_and_unique) {
  const auto set = selectors("b a/* a b x/y/* a/* c/*d *");
  BOOST_TEST(set.names() == (Names{"a", "b", "c/*d"}), boost::test_tools::per_element());
  BOOST_TEST(set.prefixes() == (Names{"", "a/", "x/y/"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_order_of_selectors_does_not_matter) {
  BOOST_TEST((selectors("a b c/*") == selectors("c/* b a b")));
  BOOST_TEST((selectors("a b") != selectors("a")));
  BOOST_TEST((selectors("a/") != selectors("a/*")));
  BOOST_TEST((selectors("*") != selectors("/*")));
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
  const auto set = selectors("orders b");
  BOOST_TEST(set.matches("orders"));
  BOOST_TEST(set.matches("b"));
  for (const auto* other : {"order", "orders/", "orders/1", "Orders", "a", "bb", ""})
    BOOST_TEST(!set.matches(other));
}

BOOST_AUTO_TEST_CASE(a_pattern_matches_what_is_below_it) {
  const auto set = selectors("orders/*");
  for (const auto* below : {"orders/1", "orders/1/2", "orders/", "orders//"}) BOOST_TEST(set.matches(below));
  for (const auto* other : {"orders", "order/1", "xorders/1", "ordersx/1", "Orders/1"}) {
    BOOST_TEST(!set.matches(other));
  }
}

BOOST_AUTO_TEST_CASE(a_star_matches_all) {
  for (const auto* name : {"a", "a/b", "/", "*x"}) BOOST_TEST(selectors("*").matches(name));
  BOOST_TEST(selectors("/*").matches("/a"));
  BOOST_TEST(!selectors("/*").matches("a"));
}

BOOST_AUTO_TEST_CASE(a_star_elsewhere_is_an_ordinary_character) {
  const auto set = selectors("a* */b");
  BOOST_TEST(set.matches("a*"));
  BOOST_TEST(set.matches("*/b"));
  BOOST_TEST(!set.matches("ab"));
  BOOST_TEST(!set.matches("x/b"));
}

BOOST_AUTO_TEST_CASE(an_empty_set_matches_nothing) {
  BOOST_TEST(!Selectors().matches("a"));
  BOOST_TEST((Selectors::parse({}, 10).value() == Selectors()));
}

BOOST_AUTO_TEST_CASE(an_event_matches_by_any_of_its_topics) {
  const auto held = Entry::make({.topics = {"x", "orders/1"}});
  const auto& entry = *held;
  BOOST_TEST(selectors("orders/*").matches(entry));
  BOOST_TEST(selectors("x").matches(entry));
  BOOST_TEST(selectors("a x").matches(entry));
  BOOST_TEST(!selectors("orders").matches(entry));
}

BOOST_AUTO_TEST_CASE(no_pattern_matches_a_topic_of_the_workers_own) {
  BOOST_TEST(!selectors("*").matches("$presence/a"));
  BOOST_TEST(selectors("* $presence/a").matches("$presence/a"));
  BOOST_TEST(!selectors("* $presence/a").matches("$presence/b"));
}

BOOST_AUTO_TEST_CASE(a_set_covers_selectors_of_which_it_has_every_topic) {
  struct {
    const char *set, *covered, *others;
  } const table[] = {
      {"a", "a", "b aa a/ a/* * /* a/b"},
      {"a/*", "a/ a/* a/b a/b/* a//* a/b/c a/*x", "a b a* ab/* * /* b/a/*"},
      {"a/ a/b a/c", "a/ a/b", "a/* a/b/* a"},
      {"*", "* /* a a/* a/b a/b/* $stats", ""},
      {"/*", "/ /* /a /a/* //*", "* a a/ a/*"},
      {"a/b/* a/*", "a/b a/* a/b/c/*", "* a"},
      {"a/b/* a/c/*", "a/b/ a/c/d/*", "a/* a/b a/d/*"},
      {"a* *a", "a* *a", "ab ba * a/*"},
      {"", "", "a a/* *"},
  };
  for (const auto& [text, covered, others] : table) {
    const auto set = selectors(text);
    BOOST_TEST_CONTEXT(text) {
      for (const auto& each : worker::support::words(covered)) {
        BOOST_TEST(set.covers(each), each);
        BOOST_TEST(set.covers(selectors(each)), each);
      }
      for (const auto& each : worker::support::words(others)) {
        BOOST_TEST(!set.covers(each), each);
        BOOST_TEST(!set.covers(selectors(each)), each);
        BOOST_TEST(!set.covers(selectors(each + " " + covered)), each);
      }
      BOOST_TEST(set.covers(selectors(covered)));
      BOOST_TEST(set.covers(set));
      BOOST_TEST(set.covers(Selectors()));
    }
  }
}

BOOST_AUTO_TEST_CASE(what_covers_a_selector_matches_what_it_matches) {
  const std::vector<std::string> sets = {"*",   "/*",    "a",     "a/",      "a/*",
                                         "a/b", "a/b/*", "a b/*", "a/b/* b", "ab/*"};
  const std::vector<std::string> topics = {"a",    "a/", "a/b", "a/b/", "a/b/c", "ab",
                                           "ab/c", "b",  "b/a", "/",    "/a"};
  for (const auto& one : sets) {
    for (const auto& other : sets) {
      const bool covers = selectors(one).covers(selectors(other));
      // A pattern of `other` stands for more topics than these, so the reverse holds for names alone.
      const bool matches_all = std::ranges::all_of(topics, [&](const auto& topic) {
        return !selectors(other).matches(topic) || selectors(one).matches(topic);
      });
      if (covers) BOOST_TEST(matches_all, one + " covers " + other);
      if (selectors(other).prefixes().empty()) BOOST_TEST(covers == matches_all, one + " and " + other);
    }
  }
}

BOOST_AUTO_TEST_CASE(templates_are_beside_names_and_patterns) {
  const auto set = selectors("c/{x} a/{x} b a/{x} d/*");
  BOOST_TEST(set.texts() == (Names{"b", "d/*", "a/{x}", "c/{x}"}), boost::test_tools::per_element());
  for (const auto* topic : {"a/1", "b", "c/1", "d/1"}) BOOST_TEST(set.matches(topic));
  for (const auto* topic : {"a", "a/1/2", "b/1", "$a/1"}) BOOST_TEST(!set.matches(topic));
  BOOST_TEST((set == selectors("a/{x} c/{x} d/* b")));
  BOOST_TEST((set != selectors("a/{x} d/* b")));
  BOOST_TEST(!selectors("a/{x}").empty());
  BOOST_TEST(
      (Selectors::joined(selectors("a x/* {y}"), selectors("b a {z} x/*")) == selectors("a b x/* {y} {z}")));
  BOOST_TEST((Selectors::joined(set, Selectors()) == set));
}

BOOST_AUTO_TEST_CASE(a_template_is_covered_by_an_equal_one_or_by_a_pattern_for_its_beginning) {
  struct {
    const char *set, *covered, *others;
  } const table[] = {
      {"*", "{x} a/{x} {+x}b a", ""},
      {"a/*", "a/{x} a/b{x} a/b/{+x}", "{x} a{x} ab/{x} {+x} /a/{x}"},
      {"a/{x}", "a/{x}", "a/{y} a/{x}{y} a/1 a/* {x} *"},
      {"a/1 a/{x}", "a/1 a/{x}", "a/2"},
      {"a", "", "a{x} {x}"},
  };
  for (const auto& [text, covered, others] : table) {
    BOOST_TEST_CONTEXT(text) {
      for (const auto& each : worker::support::words(covered))
        BOOST_TEST(selectors(text).covers(selectors(each)), each);
      for (const auto& each : worker::support::words(others))
        BOOST_TEST(!selectors(text).covers(selectors(each)), each);
    }
  }
}

// The kind of a selector is the caller's to say: nothing becomes a template or a pattern by its characters
// alone.
BOOST_AUTO_TEST_CASE(a_selector_means_what_its_kind_says) {
  using Kind = TypedSelector::Kind;
  TemplateCache cache;
  struct {
    Kind kind;
    const char *text, *matching, *others;
  } const table[] = {
      {Kind::pattern, "a/*", "a/1 a/", "a"},
      {Kind::pattern, "{x}", "{x}", "a"},
      {Kind::pattern, "*", "a {x}", ""},
      {Kind::exact, "a/*", "a/*", "a/1"},
      {Kind::exact, "{x}", "{x}", "a"},
      {Kind::exact, "*", "a {x} a/1", ""},
      {Kind::exact, "a", "a", "b"},
      {Kind::uri_template, "a/*", "a/*", "a/1"},
      {Kind::uri_template, "a/{x}", "a/1 a/{x}", "a"},
      {Kind::uri_template, "*", "a {x} a/1", ""},
      {Kind::uri_template, "a}", "a}", "a"},
      {Kind::uri_template, "a%", "a%", "a"},
      {Kind::url_pattern, "/a/:x", "/a/1 a/1", "/a/:x/b /b"},
      {Kind::url_pattern, "*", "a {x} a/1", ""},
      {Kind::url_pattern, "a", "a /a", "a/b"},

  };
  for (const auto& [kind, text, matching, others] : table) {
    const auto set = Selectors::parse(std::vector<TypedSelector>{{kind, text}}, 100, cache).value();
    BOOST_TEST_CONTEXT(text << " as " << static_cast<int>(kind)) {
      BOOST_TEST(set.texts() == Names{text}, boost::test_tools::per_element());
      for (const auto& topic : worker::support::words(matching)) BOOST_TEST(set.matches(topic), topic);
      for (const auto& topic : worker::support::words(others)) BOOST_TEST(!set.matches(topic), topic);
    }
  }
}

BOOST_AUTO_TEST_CASE(selectors_of_all_kinds_are_checked) {
  TemplateCache cache;
  const auto refused = [&](std::string_view text) {
    const auto parsed =
        Selectors::parse(std::vector<TypedSelector>{{TypedSelector::Kind::uri_template, text}}, 10, cache);
    return parsed ? "ok" : parsed.error().sentence;
  };
  BOOST_TEST(refused("") == "topic: must not be empty");
  BOOST_TEST(refused("{12345678}") == "ok");
  BOOST_TEST(refused("{123456789}") == "topic: has 11 bytes; at most 10 are allowed");
  BOOST_TEST(refused("{x}\xff") == "topic: is not valid UTF-8");
  BOOST_TEST(refused("{x}\x01") == "topic: contains a control character");
  BOOST_TEST(refused("{x").starts_with("topic: the URI template {x has a { at byte 0 that is never closed"));
}

BOOST_AUTO_TEST_CASE(a_set_is_empty_without_names_and_patterns) {
  BOOST_TEST(Selectors().empty());
  BOOST_TEST(!selectors("a").empty());
  BOOST_TEST(!selectors("*").empty());
}

BOOST_AUTO_TEST_SUITE_END()
