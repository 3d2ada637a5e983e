// What a store has kept becomes a history again.
#include "log/history_loader.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/log/history_fixture.hpp"

using namespace worker::log;
using namespace worker::support;

BOOST_FIXTURE_TEST_SUITE(history_loader, HistoryFixture)

BOOST_AUTO_TEST_CASE(a_loaded_history_continues) {
  HistoryLoader loader(
      settings,
      {.epoch = "e1",
       .last = 5,
       .discarded_through = 1,
       .topics = {{"a", {.lost_through = 2, .closed_at = 0}}, {"done", {.lost_through = 0, .closed_at = 3}}}},
      clock);
  loader.add(entry(draft("a", "x"), 2));
  loader.add(entry(draft("a b", "x"), 4));
  history.become(std::move(loader).finish());
  BOOST_TEST(history.epochs().last() == 5U);
  BOOST_TEST(history.retained().entries().first() == 4U);
  BOOST_TEST(history.retained().topics().is_closed("done"));
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

BOOST_AUTO_TEST_CASE(topics_that_evicted_an_entry_do_not_retain_it) {
  HistoryLoader loader(
      settings, {.epoch = "e1", .last = 4, .topics = {{"p/a", {.lost_through = 4, .closed_at = 0}}}}, clock);
  loader.add(entry(draft("p/a q/b", "x"), 4));
  history.become(std::move(loader).finish());
  BOOST_TEST(read("p/a") == "through 4 evicted 4");
  BOOST_TEST(read("p/*") == "through 4 evicted 4");
  BOOST_TEST(read("q/b") == "4 through 4 evicted 0");
  BOOST_TEST(read("q/*") == "4 through 4 evicted 0");
}

// A file may be wrong about its last sequence; no sequence is given out twice for that.
BOOST_AUTO_TEST_CASE(the_last_sequence_is_at_least_that_of_each_topic_and_entry) {
  HistoryLoader loader(
      settings, {.epoch = "e1", .last = 1, .topics = {{"a", {.lost_through = 3, .closed_at = 0}}}}, clock);
  BOOST_TEST(loader.epochs().last() == 3U);
  loader.add(entry(draft("b", "x"), 4));
  BOOST_TEST(loader.epochs().last() == 4U);
}

BOOST_AUTO_TEST_CASE(ids_of_evicted_events) {
  PastIds ids(worker::base::SipKey::random(), 10);
  ids.add(ids.named("x", 1, 0));
  HistoryLoader loader(settings, {.epoch = "e1", .last = 2, .past_ids = ids}, clock);
  history.become(std::move(loader).finish());
  BOOST_TEST(resume("a", "x") == "after 1");
  BOOST_TEST(resume("a", "y") == "after 0 gap unknown");
}

BOOST_AUTO_TEST_CASE(a_missing_tail) {
  for (const bool recorded : {true, false}) {
    HistoryLoader loader(settings, {.epoch = "e1", .missing_tail_through = recorded ? 10U : 0U}, clock);
    if (!recorded) loader.mark_missing_tail(10);
    loader.add(entry(draft("a", "x"), 1));
    history.become(std::move(loader).finish());
    BOOST_TEST(history.epochs().last() == 10U);
    BOOST_TEST(resume("a", "e1-1") == "after 10 gap lost");
    BOOST_TEST(resume("a", "e1-10") == "after 10");
    add("a");
    BOOST_TEST(resume("a", "e1-0") == "after 0 gap lost");
  }
}

BOOST_AUTO_TEST_SUITE_END()
