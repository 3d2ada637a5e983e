// What several parts of a history have to agree on.
#include "log/history.hpp"

#include <boost/test/unit_test.hpp>

#include "log/history_loader.hpp"
#include "unit/log/history_fixture.hpp"

using namespace worker::log;
using namespace worker::support;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(history_suite, HistoryFixture)

BOOST_AUTO_TEST_CASE(a_topic_over_its_bound_waits_for_the_followers) {
  Follower follower;
  history.retention().follow(follower);
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

BOOST_AUTO_TEST_CASE(what_workers_tell_each_other_is_retained_until_all_have_read_it) {
  BOOST_TEST(is_state("$state/presence"));
  BOOST_TEST(!is_state("$stats"));
  BOOST_TEST(!is_state("$presence/$state/"));
  Follower fast, slow;
  history.retention().follow(fast);
  history.retention().follow(slow);
  add("a");
  add("$state/presence");
  add("$state/presence");
  add("a");
  fast.at = 4;
  while (history.trim()) {
  }
  BOOST_TEST(read("$state/presence") == "2 3 through 4 evicted 0");
  slow.at = 2;
  while (history.trim()) {
  }
  BOOST_TEST(read("$state/presence") == "3 through 4 evicted 2");
  slow.at = 4;
  while (history.trim()) {
  }
  BOOST_TEST(read("$state/presence") == "through 4 evicted 3");
  // It takes no place of others.
  BOOST_TEST(read("a") == "1 4 through 4 evicted 0");
  BOOST_TEST(resume("a", "earliest") == "after 0");
}

BOOST_AUTO_TEST_CASE(what_workers_told_each_other_before_the_start_goes) {
  HistoryLoader loader(settings, {.epoch = "e1"}, clock);
  loader.add(entry(draft_with_id("a", "", "x"), 1));
  loader.add(entry(draft_with_id("$state/presence", "", "x"), 2));
  history.become(std::move(loader).finish());
  while (history.trim()) {
  }
  BOOST_TEST(read("$state/presence a") == "1 through 2 evicted 2");
}

BOOST_AUTO_TEST_CASE(changes_for_a_file) {
  history.become(HistoryLoader(settings, {.epoch = "e1"}, clock).finish());
  add("a b", "x");
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
  BOOST_TEST(history.publisher_ids().past().find("x")->sequence == 1U);
  BOOST_TEST(resume("a", "x") == "after 1");
}

// As when a reload changes the bounds while a store loads its history.
BOOST_AUTO_TEST_CASE(a_history_that_replaces_another_gets_its_bounds_and_followers) {
  Follower follower;
  history.retention().follow(follower);
  History other(settings, "e2", clock);
  for (Sequence i = 1; i <= 2; ++i) other.add(entry(draft("a", "x"), i));
  settings.topic_events_max = 1;
  history.update(settings);
  history.become(std::move(other));
  BOOST_TEST(history.epochs().name() == "e2");
  history.trim();
  BOOST_TEST(read("a") == "1 2 through 2 evicted 0");
  follower.at = 2;
  history.trim();
  BOOST_TEST(read("a") == "2 through 2 evicted 1");
}

BOOST_AUTO_TEST_SUITE_END()
