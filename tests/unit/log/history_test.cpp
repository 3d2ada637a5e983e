// What several parts of a history have to agree on.
#include "log/history.hpp"

#include <boost/test/unit_test.hpp>

#include "log/merged_read.hpp"
#include "log/resume.hpp"
#include "support/drafts.hpp"
#include "support/manual_clock.hpp"

using namespace worker::log;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  EntryPtr entry(Draft draft, Sequence sequence) const {
    const auto id = draft.event.id.empty() ? history.id_of(sequence) : draft.event.id;
    return make_entry(std::move(draft), sequence, id, clock.now());
  }
  void add(const std::string& topics, const std::string& id = {}) {
    history.add(entry(draft_with_id(topics, id, "x"), history.last() + 1));
  }
  std::string read(const std::string& selectors) const {
    return told(MergedRead(history, select(selectors)).slice(0, history.last(), std::string::npos, 0));
  }
  std::string resume(const std::string& selectors, const std::string& cursor) const {
    return told(worker::log::resume(history, select(selectors), cursor));
  }
  static std::string text(const LogChanges& changes) {
    std::string text;
    for (const auto& gone : changes.gone) text += fmt::format("{}{} ", gone.sequence, gone.id ? "i" : "");
    for (const auto& [name, state] : changes.topics) {
      text += state ? fmt::format("{}:{}/{} ", name, state->lost_through, state->closed_at) : name + ":none ";
    }
    return text + fmt::format("last {} forgotten {}", changes.last, changes.forgotten_through);
  }

  ManualClock clock;
  Settings settings{.topic_events_max = 2, .age_max = 1h};
  History history{settings, "e1", clock};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(history_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_topic_over_its_bound_waits_for_the_followers) {
  Follower follower;
  history.follow(follower);
  for (int i = 0; i < 4; ++i) add("a");
  BOOST_TEST(!history.trim());
  BOOST_TEST(read("a") == "1 2 3 4 through 4 evicted 0");
  follower.at = 1;
  history.trim();
  BOOST_TEST(read("a") == "2 3 4 through 4 evicted 1");
  follower.at = 4;
  history.trim();
  BOOST_TEST(read("a") == "3 4 through 4 evicted 2");
}

BOOST_AUTO_TEST_CASE(changes_for_a_file) {
  add("a b", "x");
  history.record_changes();
  BOOST_TEST(text(history.take_changes()) == "last 1 forgotten 0");
  add("a");
  add("a");
  history.trim();
  // b still retains the first event.
  BOOST_TEST(text(history.take_changes()) == "a:1/0 last 3 forgotten 0");
  clock.advance(2h);
  while (history.trim()) {
  }
  BOOST_TEST(text(history.take_changes()) == "1i 2 3 a:3/0 b:1/0 last 3 forgotten 0");
  BOOST_TEST(text(history.take_changes()) == "last 3 forgotten 0");
  settings.bytes_max = 0;
  history.update(settings);
  history.trim();
  BOOST_TEST(text(history.take_changes()) == "a:none b:none last 3 forgotten 3");
}

BOOST_AUTO_TEST_CASE(a_restored_history_continues) {
  History other(settings, "e1", clock);
  other.restore_topic("a", {.lost_through = 2, .closed_at = 0});
  other.restore_topic("done", {.lost_through = 0, .closed_at = 3});
  other.restore(entry(draft("a", "x"), 2));
  other.restore(entry(draft("a b", "x"), 4));
  other.restored(5, 1, 0);
  history.record_changes();
  history.become(std::move(other));
  BOOST_TEST(history.last() == 5U);
  BOOST_TEST(history.first() == 4U);
  BOOST_TEST(history.is_closed("done"));
  BOOST_TEST(resume("a", "e1-1") == "after 2 gap evicted");
  BOOST_TEST(resume("a", "e1-2") == "after 2");
  BOOST_TEST(resume("never", "e1-0") == "after 1 gap evicted");
  BOOST_TEST(resume("done", "e1-3") == "after 3 complete");
  // The topic evicted sequence 2 before, so the store still has to delete it.
  BOOST_TEST(text(history.take_changes()) == "2 last 5 forgotten 1");
  clock.advance(2h);
  history.trim();
  BOOST_TEST(text(history.take_changes()) == "4 a:4/0 b:4/0 last 5 forgotten 1");
}

BOOST_AUTO_TEST_CASE(an_entry_is_restored_to_topics_that_have_not_evicted_it) {
  history.restore_topic("p/a", {.lost_through = 4, .closed_at = 0});
  history.restore(entry(draft("p/a q/b", "x"), 4));
  history.restored(4, 0, 0);
  BOOST_TEST(read("p/a") == "through 4 evicted 4");
  BOOST_TEST(read("p/*") == "through 4 evicted 4");
  BOOST_TEST(read("q/b") == "4 through 4 evicted 0");
  BOOST_TEST(read("q/*") == "4 through 4 evicted 0");
}

BOOST_AUTO_TEST_CASE(a_missing_tail) {
  add("a");
  history.mark_missing_tail(10);
  BOOST_TEST(history.last() == 10U);
  BOOST_TEST(resume("a", "e1-1") == "after 10 gap lost");
  BOOST_TEST(resume("a", "e1-10") == "after 10");
  add("a");
  BOOST_TEST(resume("a", "e1-0") == "after 0 gap lost");
}

BOOST_AUTO_TEST_CASE(publishers_ids) {
  add("a", "x");
  BOOST_TEST(history.find_retained("x")->sequence() == 1U);
  BOOST_TEST(!history.find_retained("y"));
  history.remember("y", 1);
  BOOST_TEST(resume("a", "x") == "after 1");
  BOOST_TEST(resume("a", "y") == "after 1");
  clock.advance(2h);
  history.trim();
  BOOST_TEST(!history.find_retained("x"));
  BOOST_TEST(history.past_ids().find("x")->sequence == 1U);
  BOOST_TEST(resume("a", "x") == "after 1");
}

BOOST_AUTO_TEST_SUITE_END()
