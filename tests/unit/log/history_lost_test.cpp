// What a history says once events were lost where they are kept, and once that place began a new life.
#include <boost/test/unit_test.hpp>

#include "log/history.hpp"
#include "support/drafts.hpp"
#include "support/manual_clock.hpp"

using namespace worker::log;
using namespace worker::support;

namespace {

struct Bench {
  void add(Draft draft) {
    const auto place = history.last() + 1;
    const auto id = draft.event.id.empty() ? history.id_of(place) : draft.event.id;
    history.add(make_entry(std::move(draft), place, id, clock.now()));
    history.trim();
  }
  void add(const std::string& topics) { add(draft(topics, "x")); }
  std::string resume(const std::string& selectors, const std::optional<std::string>& cursor) const {
    return told(history.resume(select(selectors), cursor));
  }
  std::string read(const std::string& selectors, Sequence after, EvictionCount evictions_seen = 0) const {
    return told(history.read(select(selectors), after, history.last(), std::string::npos, evictions_seen));
  }

  ManualClock clock;
  History history{Settings(), "e1", clock};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(history_lost)

BOOST_FIXTURE_TEST_CASE(nothing_of_it_is_held_and_the_places_go_on, Bench) {
  add("a");
  add(draft_with_id("b", "own"));
  history.lose(4);
  BOOST_TEST(history.last() == 4U);
  BOOST_TEST(history.lost_through() == 4U);
  BOOST_TEST(history.stats().events == 0U);
  BOOST_TEST(history.stats().bytes == 0U);
  BOOST_TEST(!history.find_retained("own"));
  BOOST_TEST(resume("never", "own") == "after 4 gap evicted");
  BOOST_TEST(history.past_ids().find("own")->sequence == 2U);
  add("a");
  BOOST_TEST(read("a", 0) == "5 through 5 evicted 4");
  BOOST_TEST(read("*", 4) == "5 through 5 evicted 4");
  BOOST_TEST(history.id_of(5) == "e1-5");
}

BOOST_FIXTURE_TEST_CASE(every_reader_from_before_is_told, Bench) {
  add("a");
  history.lose(4);
  add("a");
  for (const auto* selectors : {"a", "never", "*", "a never", "b/*"}) {
    BOOST_TEST_CONTEXT(selectors) {
      BOOST_TEST(resume(selectors, "e1-0") == "after 4 gap evicted");
      BOOST_TEST(resume(selectors, "e1-3") == "after 4 gap evicted");
      BOOST_TEST(resume(selectors, "e1-4") == "after 4");
      BOOST_TEST(resume(selectors, "earliest") == "after 4");
    }
  }
}

BOOST_FIXTURE_TEST_CASE(what_ended_stays_so, Bench) {
  add(closing("a"));
  history.lose(3);
  BOOST_TEST(history.is_closed("a"));
  BOOST_TEST(history.closed_at(select("a")) == 1U);
  BOOST_TEST(resume("a", "e1-3") == "after 3 complete");
  BOOST_TEST(resume("a", "e1-2") == "after 3 gap evicted");
  history.close("b", 2);
  BOOST_TEST(history.closed_at(select("a b")) == 2U);
  BOOST_TEST(resume("b", "e1-3") == "after 3 complete");
  BOOST_TEST(resume("b", "e1-1") == "after 3 gap evicted");
}

BOOST_FIXTURE_TEST_CASE(losing_at_the_end_loses_only_what_was_held, Bench) {
  add("a");
  add("a");
  history.lose(2);
  BOOST_TEST(history.last() == 2U);
  BOOST_TEST(resume("a", "e1-1") == "after 2 gap evicted");
  BOOST_TEST(resume("a", "e1-2") == "after 2");
}

BOOST_FIXTURE_TEST_CASE(in_a_new_life_ids_begin_again_and_places_go_on, Bench) {
  add("a");
  add(closing("b"));
  history.restart("e2");
  BOOST_TEST(history.epoch_start() == 3U);
  BOOST_TEST(history.last() == 3U);
  BOOST_TEST(history.id_of(3) == "e2-0");
  add("a");
  BOOST_TEST(history.id_of(4) == "e2-1");
  BOOST_TEST(history.id_of(2) == "e1-2");
  BOOST_TEST(history.id_of(0) == "e1-0");
  BOOST_TEST(!history.is_closed("b"));
  BOOST_TEST(resume("a", "e2-0") == "after 3");
  BOOST_TEST(resume("a", "e2-1") == "after 4");
  BOOST_TEST(resume("a", "e2-2") == "after 3 gap unknown");
  BOOST_TEST(resume("a", "e1-2") == "after 3 gap restarted");
  BOOST_TEST(history.is_current_epoch("e2-7"));
  BOOST_TEST(!history.is_current_epoch("e1-1"));
}

BOOST_FIXTURE_TEST_CASE(a_reader_from_the_life_before_learns_why, Bench) {
  add("a");
  const auto evictions_seen = history.resume(select("a"), std::nullopt).evictions_seen;
  history.restart("e2");
  add("a");
  const auto slice = history.read(select("a"), 1, 3, std::string::npos, evictions_seen);
  BOOST_TEST(told(slice) == "3 through 3 evicted 2");
  BOOST_TEST(name_of(slice.why) == "restarted");
  BOOST_TEST(read("a", 2, slice.evictions_seen) == "3 through 3 evicted 0");
  BOOST_TEST(name_of(history.read(select("a"), 2, 3, 1, 0).why) == "evicted");
}

BOOST_FIXTURE_TEST_CASE(again_and_again, Bench) {
  add("a");
  history.restart("e2");
  history.restart("e3");
  add("a");
  BOOST_TEST(history.id_of(history.last()) == "e3-1");
  BOOST_TEST(history.id_of(2) == "e2-0");
  BOOST_TEST(resume("a", "e2-0") == "after 3 gap restarted");
  BOOST_TEST(resume("a", "e3-0") == "after 3");
}

// The reader may have it of the first event: it must not miss what came between the two.
BOOST_FIXTURE_TEST_CASE(an_id_that_two_lives_have_given_out, Bench) {
  add(draft_with_id("a", "x"));
  history.restart("e2");
  BOOST_TEST(resume("a", "x") == "after 2 gap restarted");
  add("a");
  add(draft_with_id("a", "x"));
  BOOST_TEST(resume("a", "x") == "after 2 gap restarted");
}

BOOST_AUTO_TEST_SUITE_END()
