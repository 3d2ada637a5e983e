#include <boost/test/unit_test.hpp>

#include "unit/store/contract.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

namespace {

// 1 a, 2 b, 3 c/1, 4 c/2, 5 a+b, 6 c/1+a, 7 c, 8 c/d/e, 9 z+c/
void publish_some(Subject& subject) {
  for (const auto* topics : {"a", "b", "c/1", "c/2", "a b", "c/1 a", "c", "c/d/e", "z c/"})
    subject.publish(topics);
}

const std::vector<std::string> selections = {"a",     "b",    "never", "a b",   "a b c", "c/*",
                                             "c/d/*", "/* a", "*",     "c/* a", "z *",   "never/* never"};

}  // namespace

BOOST_AUTO_TEST_SUITE(read_contract)

BOOST_AUTO_TEST_CASE_TEMPLATE(what_matches_in_order_and_once, S, Subjects) {
  S subject;
  publish_some(subject);
  BOOST_TEST(subject.read("a") == "1 5 6 through 9 evicted 0");
  BOOST_TEST(subject.read("b") == "2 5 through 9 evicted 0");
  BOOST_TEST(subject.read("c/") == "9 through 9 evicted 0");
  BOOST_TEST(subject.read("never") == "through 9 evicted 0");
  BOOST_TEST(subject.read("a b") == "1 2 5 6 through 9 evicted 0");
  BOOST_TEST(subject.read("a never z") == "1 5 6 9 through 9 evicted 0");
  BOOST_TEST(subject.read("c/*") == "3 4 6 8 9 through 9 evicted 0");
  BOOST_TEST(subject.read("c/d/*") == "8 through 9 evicted 0");
  BOOST_TEST(subject.read("c/*  c/d/* c/1") == "3 4 6 8 9 through 9 evicted 0");
  BOOST_TEST(subject.read("*") == "1 2 3 4 5 6 7 8 9 through 9 evicted 0");
  BOOST_TEST(subject.read("c/* a") == "1 3 4 5 6 8 9 through 9 evicted 0");
  BOOST_TEST(subject.read("never/*") == "through 9 evicted 0");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(after_one_place_and_up_to_another, S, Subjects) {
  S subject;
  publish_some(subject);
  const auto read = [&](const char* selectors, Sequence after, Sequence until) {
    return told(subject.event_log().read(select(selectors), after, until, 1'000'000, 0));
  };
  BOOST_TEST(read("a", 0, 4) == "1 through 4 evicted 0");
  BOOST_TEST(read("a", 1, 5) == "5 through 5 evicted 0");
  BOOST_TEST(read("a", 4, 6) == "5 6 through 6 evicted 0");
  BOOST_TEST(read("a", 6, 9) == "through 9 evicted 0");
  BOOST_TEST(read("a", 9, 9) == "through 9 evicted 0");
  BOOST_TEST(read("*", 3, 5) == "4 5 through 5 evicted 0");
  BOOST_TEST(read("*", 9, 9) == "through 9 evicted 0");
  BOOST_TEST(read("a b", 2, 5) == "5 through 5 evicted 0");
  BOOST_TEST(read("a b", 2, 4) == "through 4 evicted 0");
  BOOST_TEST(read("c/*", 0, 3) == "3 through 3 evicted 0");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(at_least_one_and_about_as_much_as_was_asked_for, S, Subjects) {
  S subject;
  for (int i = 0; i < 5; ++i) subject.publish("a", std::string(100, 'x'));
  const auto frame = subject.event_log().read_all(0, 1).at(0)->frame().size();
  for (const auto* selectors : {"a", "a b", "*"}) {
    const auto read = [&](std::size_t bytes) {
      return told(subject.event_log().read(select(selectors), 0, 5, bytes, 0));
    };
    BOOST_TEST_CONTEXT(selectors) {
      BOOST_TEST(read(0) == "1 through 1 evicted 0");
      BOOST_TEST(read(1) == "1 through 1 evicted 0");
      BOOST_TEST(read(frame) == "1 through 1 evicted 0");
      BOOST_TEST(read(frame + 1) == "1 2 through 2 evicted 0");
      BOOST_TEST(read(4 * frame) == "1 2 3 4 through 4 evicted 0");
      BOOST_TEST(read(5 * frame + 1) == "1 2 3 4 5 through 5 evicted 0");
    }
  }
}

// However small they are: a slice is work of one turn of a loop.
BOOST_AUTO_TEST_CASE_TEMPLATE(at_most_a_thousand_events, S, Subjects) {
  S subject;
  std::vector<Draft> drafts;
  for (int i = 0; i < 1'001; ++i) drafts.push_back(draft("a"));
  subject.settings.topic_events_max = drafts.size();
  subject.append(std::move(drafts));
  for (const auto* selectors : {"a", "a b", "*"}) {
    const auto read = [&](Sequence after) {
      return subject.event_log().read(select(selectors), after, 1'001, 1'000'000, 0);
    };
    BOOST_TEST_CONTEXT(selectors) {
      BOOST_TEST(read(0).entries.size() == 1'000U);
      BOOST_TEST(read(0).through == 1'000U);
      BOOST_TEST(read(1).entries.size() == 1'000U);
      BOOST_TEST(read(1).through == 1'001U);
      BOOST_TEST(read(1'000).entries.size() == 1U);
    }
  }
}

// However small the slices are: put together they are the whole, with nothing twice, and each says exactly
// how far it goes.
BOOST_AUTO_TEST_CASE_TEMPLATE(slices_make_up_the_whole, S, Subjects) {
  S subject;
  for (int i = 0; i < 8; ++i) publish_some(subject);
  const auto last = subject.event_log().last();
  for (const auto& selectors : selections) {
    const auto subscription = select(selectors);
    for (Sequence until = last - 20; until <= last; ++until) {
      const auto whole = places(subject.event_log().read(subscription, 3, until, 1'000'000, 0).entries);
      for (const std::size_t bytes : {1U, 20U, 100U, 250U, 5'000U}) {
        std::vector<EntryPtr> pieces;
        for (Sequence at = 3; at < until;) {
          const auto slice = subject.event_log().read(subscription, at, until, bytes, 0);
          BOOST_REQUIRE_GT(slice.through, at);
          BOOST_REQUIRE_LE(slice.through, until);
          if (!slice.entries.empty()) BOOST_REQUIRE_LE(slice.entries.back()->sequence(), slice.through);
          pieces.insert(pieces.end(), slice.entries.begin(), slice.entries.end());
          at = slice.through;
        }
        BOOST_REQUIRE_EQUAL(places(pieces), whole);
      }
    }
  }
}

// The same question answered twice: read() for a subscription, and the subscription's own word on every
// event.
BOOST_AUTO_TEST_CASE_TEMPLATE(read_agrees_with_matches, S, Subjects) {
  S subject;
  for (int i = 0; i < 3; ++i) publish_some(subject);
  const auto all = subject.event_log().read_all(0, 1'000);
  for (const auto& selectors : selections) {
    const auto subscription = select(selectors);
    std::vector<EntryPtr> matching;
    for (const auto& entry : all) {
      if (subscription.matches(*entry)) matching.push_back(entry);
    }
    BOOST_TEST(places(subject.event_log().read(subscription, 0, 27, 1'000'000, 0).entries) ==
               places(matching));
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(read_all_in_pages, S, Subjects) {
  S subject;
  BOOST_TEST(subject.held() == "");
  publish_some(subject);
  const auto page = [&](Sequence after, std::size_t count) {
    return places(subject.event_log().read_all(after, count));
  };
  BOOST_TEST(page(0, 100) == "1 2 3 4 5 6 7 8 9");
  BOOST_TEST(page(0, 4) == "1 2 3 4");
  BOOST_TEST(page(4, 4) == "5 6 7 8");
  BOOST_TEST(page(8, 4) == "9");
  BOOST_TEST(page(9, 4) == "");
  BOOST_TEST(page(1'000, 4) == "");
  BOOST_TEST(page(0, 0) == "");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_was_evicted_is_left_out, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 1;
  publish_some(subject);
  BOOST_TEST(subject.held() == "4 5 6 7 8 9");
  BOOST_TEST(places(subject.event_log().read_all(0, 2)) == "4 5");
  BOOST_TEST(subject.read("c/2") == "4 through 9 evicted 0");
  BOOST_TEST(subject.read("c/1") == "6 through 9 evicted 3");
  BOOST_TEST(subject.read("c/1", 3) == "6 through 9 evicted 3");
  BOOST_TEST(subject.read("b") == "5 through 9 evicted 2");
  BOOST_TEST(subject.read("c/*") == "4 6 8 9 through 9 evicted 3");
}

BOOST_AUTO_TEST_SUITE_END()
