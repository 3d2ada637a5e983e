// What readers of templates get from a history.
#include <boost/test/unit_test.hpp>
#include <random>

#include "unit/log/history_fixture.hpp"

using namespace worker::log;

namespace {

struct Fixture : HistoryFixture {
  Fixture() {
    settings.topic_events_max = 1'000'000;
    settings.bytes_max = 1'000'000'000;
    history.update(settings);
  }
  Slice slice(const std::string& selectors, Sequence after = 0) const {
    return MergedRead(history, select(selectors)).slice(after, history.epochs().last(), std::string::npos, 0);
  }
  // In as many slices as it takes.
  std::string read_all(const std::string& selectors, std::size_t& slices) const {
    std::vector<EntryPtr> all;
    Sequence after = 0;
    for (slices = 0; after < history.epochs().last(); ++slices) {
      const auto part = slice(selectors, after);
      BOOST_REQUIRE(part.through > after);
      all.insert(all.end(), part.entries.begin(), part.entries.end());
      after = part.through;
    }
    return places(all);
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(template_read_suite)

BOOST_FIXTURE_TEST_CASE(what_matches_in_order_and_once, Fixture) {
  // 1 to 8
  for (const auto* topics : {"a/1", "a/1/b", "b/1", "a/2 b/1", "c", "a/2 a/3", "$s a/1", "x a/y/z"})
    add(topics);
  BOOST_TEST(read("a/{x}") == "1 4 6 7 through 8 evicted 0");
  BOOST_TEST(read("a/{x}/b") == "2 through 8 evicted 0");
  BOOST_TEST(read("a/{x} b/{x}") == "1 3 4 6 7 through 8 evicted 0");
  BOOST_TEST(read("a/{x} a/{y} a/{+z}") == "1 2 4 6 7 8 through 8 evicted 0");
  BOOST_TEST(read("{x}") == "5 8 through 8 evicted 0");
  BOOST_TEST(read("{x}/1") == "1 3 4 7 through 8 evicted 0");
  BOOST_TEST(read("c a/{x}") == "1 4 5 6 7 through 8 evicted 0");
  BOOST_TEST(read("b/* a/{x}/b") == "2 3 4 through 8 evicted 0");
  BOOST_TEST(read("* a/{x}") == read("*"));
  BOOST_TEST(read("never/{x}") == "through 8 evicted 0");
  BOOST_TEST(read("{x}never") == "through 8 evicted 0");
}

BOOST_FIXTURE_TEST_CASE(url_patterns_are_compared_with_everything, Fixture) {
  for (const auto* topics :
       {"/a/1", "http://mercure.invalid/a/2", "b", "a/3 b", "$s", "https://example.com/a/1"})
    add(topics);
  TemplateCache cache;
  const auto read = [&](std::string_view text) {
    const std::vector<TypedSelector> typed{{TypedSelector::Kind::url_pattern, text}};
    const Subscription subscription(Selectors::parse(typed, 100, cache).value());
    return told(MergedRead(history, subscription).slice(0, history.epochs().last(), std::string::npos, 0));
  };
  BOOST_TEST(read("/a/:x") == "1 2 4 through 6 evicted 0");
  BOOST_TEST(read("https://example.com/*") == "6 through 6 evicted 0");
  BOOST_TEST(read("/*") == "1 2 3 4 through 6 evicted 0");
}

BOOST_FIXTURE_TEST_CASE(an_event_counts_only_while_a_topic_that_matches_retains_it, HistoryFixture) {
  add("a/1 z");
  add("a/1");
  add("a/1");
  history.trim();  // a/1 retains two
  BOOST_TEST(read("a/{x}") == "2 3 through 3 evicted 1");
  BOOST_TEST(read("{x}") == "1 through 3 evicted 1");
  BOOST_TEST(read("z a/{x}") == "1 2 3 through 3 evicted 1");
}

// Honest gaps: one that concerns the reader is never missing. One for the prefix may concern others.
BOOST_FIXTURE_TEST_CASE(gaps_are_those_of_the_prefix, HistoryFixture) {
  for (int i = 0; i < 3; ++i) add("a/1");
  add("a/2/x");
  add("b/1");
  history.trim();
  BOOST_TEST(resume("a/{x}", "e1-1") == "after 1");
  BOOST_TEST(resume("a/{x}", "e1-0") == "after 1 gap evicted");
  BOOST_TEST(resume("{x}/1", "e1-0") == "after 1 gap evicted");
  BOOST_TEST(resume("a/{x}/x", "e1-0") == "after 1 gap evicted");  // of another topic below a/
  BOOST_TEST(resume("a/2/{x}", "e1-0") == "after 0");
  BOOST_TEST(resume("b/{x}", "e1-0") == "after 0");
  BOOST_TEST(resume("b/{x}", "earliest") == "after 0");
}

BOOST_FIXTURE_TEST_CASE(topics_of_a_template_are_never_all_closed, HistoryFixture) {
  history.add(entry(closing("a/1", "x"), 1));
  BOOST_TEST(MergedRead(history, select("a/1")).closed_at() == 1U);
  BOOST_TEST(MergedRead(history, select("a/1 a/{x}")).closed_at() == 0U);
}

// The log's mutex is held meanwhile.
BOOST_FIXTURE_TEST_CASE(a_slice_compares_a_bounded_number_of_events, Fixture) {
  for (int i = 0; i < 20'000; ++i) add("a/1/b");
  add("a/2");
  for (int i = 0; i < 20'000; ++i) add("a/1/b");
  for (const auto* selector : {"a/{x}", "{+x}/2", "a/{x} a/{y} a/{z}"}) {
    BOOST_TEST_CONTEXT(selector) {
      const auto first = slice(selector);
      BOOST_TEST(first.entries.empty());
      BOOST_TEST(first.through < 3'000U);
      BOOST_TEST(first.skipped >= MergedRead::skipped_max);
      std::size_t slices = 0;
      BOOST_TEST(read_all(selector, slices) == "20001");
      BOOST_TEST(slices > 10U);
      BOOST_TEST(slices < 100U);
    }
  }
}

// Compared with a look at every entry.
BOOST_FIXTURE_TEST_CASE(whatever_is_evicted_the_rest_is_read, HistoryFixture) {
  std::mt19937 random(3);
  const std::vector<std::string> topics = {"a", "a/1", "a/2", "a/1/b", "b/1", "/", "a/1 b/1", "x/y/1 a/2"};
  const std::vector<std::string> selections = {"a/{x}",   "{x}",       "{+x}/1",      "a/{x} b/{x}",
                                               "b/1 {x}", "a/{x} a/*", "a/{x}/b a/2", "{/x} a/{x} b/*"};
  for (int step = 0; step < 300; ++step) {
    add(topics[random() % topics.size()]);
    if (random() % 3 == 0) history.trim();
    for (const auto& selection : selections) {
      const auto subscription = select(selection);
      std::vector<EntryPtr> expected;
      history.retained().entries().each(0, history.epochs().last(), [&](const EntryPtr& entry) {
        const auto retained = [&](std::string_view name) {
          const auto* topic = history.retained().topics().find(name);
          return topic != nullptr && topic->evicted.through < entry->sequence();
        };
        const auto all = entry->topics();
        if (std::ranges::any_of(all, [&](auto name) { return subscription.matches(name) && retained(name); }))
          expected.push_back(entry);
        return true;
      });
      const auto slice =
          MergedRead(history, subscription).slice(0, history.epochs().last(), std::string::npos, 0);
      BOOST_REQUIRE_EQUAL(places(slice.entries), places(expected));
      // Nothing that matches was evicted without a mark.
      for (const auto& name : {"a", "a/1", "a/2", "a/1/b", "b/1", "/", "x/y/1"}) {
        const auto* topic = history.retained().topics().find(name);
        if (topic != nullptr && subscription.matches(name))
          BOOST_REQUIRE(slice.evicted_through >= topic->evicted.through);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
