// What readers of a history get after the store has lost entries, and after a new epoch has begun.
#include <boost/test/unit_test.hpp>

#include "log/merged_read.hpp"
#include "log/resume.hpp"
#include "support/drafts.hpp"
#include "support/manual_clock.hpp"

using namespace worker::log;
using namespace worker::support;

namespace {

struct Fixture {
  void add(Draft draft) {
    const auto sequence = history.epochs().last() + 1;
    const auto id = draft.event.id.empty() ? history.epochs().id_of(sequence) : draft.event.id;
    history.add(make_entry(std::move(draft), sequence, id, clock.now()));
    history.trim();
  }
  void add(const std::string& topics) { add(draft(topics, "x")); }
  std::string resume(const std::string& selectors, const std::optional<std::string>& cursor) const {
    return told(worker::log::resume(history, select(selectors), cursor));
  }
  std::string read(const std::string& selectors, Sequence after, EvictionCount evictions_seen = 0) const {
    return told(MergedRead(history, select(selectors))
                    .slice(after, history.epochs().last(), std::string::npos, evictions_seen));
  }
  Sequence closed_at(const std::string& selectors) const {
    return MergedRead(history, select(selectors)).closed_at();
  }

  ManualClock clock;
  History history{Settings(), "e1", clock};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(loss_suite)

BOOST_FIXTURE_TEST_CASE(no_entry_is_retained_and_sequences_continue, Fixture) {
  add("a");
  add(draft_with_id("b", "own"));
  history.lose(4);
  BOOST_TEST(history.epochs().last() == 4U);
  BOOST_TEST(history.losses().lost_through() == 4U);
  BOOST_TEST(stats_of(history).events == 0U);
  BOOST_TEST(stats_of(history).bytes == 0U);
  BOOST_TEST(!history.find_retained("own"));
  BOOST_TEST(resume("never", "own") == "after 4 gap evicted");
  BOOST_TEST(history.publisher_ids().past().find("own")->sequence == 2U);
  add("a");
  BOOST_TEST(read("a", 0) == "5 through 5 evicted 4");
  BOOST_TEST(read("*", 4) == "5 through 5 evicted 4");
  BOOST_TEST(history.epochs().id_of(5) == "e1-5");
}

BOOST_FIXTURE_TEST_CASE(every_earlier_reader_gets_a_gap, Fixture) {
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

BOOST_FIXTURE_TEST_CASE(closed_topics_stay_closed, Fixture) {
  add(closing("a"));
  history.lose(3);
  BOOST_TEST(history.retained().topics().is_closed("a"));
  BOOST_TEST(closed_at("a") == 1U);
  BOOST_TEST(resume("a", "e1-3") == "after 3 complete");
  BOOST_TEST(resume("a", "e1-2") == "after 3 gap evicted");
  history.close("b", 2);
  BOOST_TEST(closed_at("a b") == 2U);
  BOOST_TEST(resume("b", "e1-3") == "after 3 complete");
  BOOST_TEST(resume("b", "e1-1") == "after 3 gap evicted");
}

BOOST_FIXTURE_TEST_CASE(a_loss_at_the_end_concerns_only_what_was_retained, Fixture) {
  add("a");
  add("a");
  history.lose(2);
  BOOST_TEST(history.epochs().last() == 2U);
  BOOST_TEST(resume("a", "e1-1") == "after 2 gap evicted");
  BOOST_TEST(resume("a", "e1-2") == "after 2");
}

BOOST_FIXTURE_TEST_CASE(in_a_new_epoch_ids_begin_again_and_sequences_continue, Fixture) {
  add("a");
  add(closing("b"));
  history.restart("e2");
  BOOST_TEST(history.epochs().start() == 3U);
  BOOST_TEST(history.epochs().last() == 3U);
  BOOST_TEST(history.epochs().id_of(3) == "e2-0");
  add("a");
  BOOST_TEST(history.epochs().id_of(4) == "e2-1");
  BOOST_TEST(history.epochs().id_of(2) == "e1-2");
  BOOST_TEST(history.epochs().id_of(0) == "e1-0");
  BOOST_TEST(!history.retained().topics().is_closed("b"));
  BOOST_TEST(resume("a", "e2-0") == "after 3");
  BOOST_TEST(resume("a", "e2-1") == "after 4");
  BOOST_TEST(resume("a", "e2-2") == "after 3 gap unknown");
  BOOST_TEST(resume("a", "e1-2") == "after 3 gap restarted");
  BOOST_TEST(history.epochs().is_current("e2-7"));
  BOOST_TEST(!history.epochs().is_current("e1-1"));
}

BOOST_FIXTURE_TEST_CASE(a_reader_of_the_previous_epoch_learns_the_reason, Fixture) {
  add("a");
  const auto evictions_seen = worker::log::resume(history, select("a"), std::nullopt).evictions_seen;
  history.restart("e2");
  add("a");
  const auto slice = MergedRead(history, select("a")).slice(1, 3, std::string::npos, evictions_seen);
  BOOST_TEST(told(slice) == "3 through 3 evicted 2");
  BOOST_TEST(name_of(slice.why) == "restarted");
  BOOST_TEST(read("a", 2, slice.evictions_seen) == "3 through 3 evicted 0");
  BOOST_TEST(name_of(MergedRead(history, select("a")).slice(2, 3, 1, 0).why) == "evicted");
}

BOOST_FIXTURE_TEST_CASE(one_restart_after_the_other, Fixture) {
  add("a");
  history.restart("e2");
  history.restart("e3");
  add("a");
  BOOST_TEST(history.epochs().id_of(history.epochs().last()) == "e3-1");
  BOOST_TEST(history.epochs().id_of(2) == "e2-0");
  BOOST_TEST(resume("a", "e2-0") == "after 3 gap restarted");
  BOOST_TEST(resume("a", "e3-0") == "after 3");
}

// A reader may have the id of the first event: it must not miss what came between the two.
BOOST_FIXTURE_TEST_CASE(an_id_that_two_epochs_have_given_out, Fixture) {
  add(draft_with_id("a", "x"));
  history.restart("e2");
  BOOST_TEST(resume("a", "x") == "after 2 gap restarted");
  add("a");
  add(draft_with_id("a", "x"));
  BOOST_TEST(resume("a", "x") == "after 2 gap restarted");
}

BOOST_AUTO_TEST_SUITE_END()
