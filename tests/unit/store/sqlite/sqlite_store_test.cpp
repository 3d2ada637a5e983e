// What the SQLite store adds to the contract: the next process continues where the last one stopped.
#include "store/sqlite/sqlite_store.hpp"

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "unit/store/sqlite/sqlite_restarts.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(sqlite_store_suite, SqliteRestarts)

BOOST_AUTO_TEST_CASE(the_next_life_has_all_of_the_last) {
  BOOST_TEST(publish("a b", "one\ntwo") == "life1-1");
  append(draft_with_id("a", "order 7", "x"));
  append(draft_with_key("a", "EUR", "y"));
  append(closing("c"));
  append(privately(draft_with_id("d", "secret", "z")));
  const auto before = event_log().read_all(0, 10);
  begin();
  BOOST_TEST(held() == "1 2 3 4 5");
  const auto after = event_log().read_all(0, 10);
  for (std::size_t i = 0; i < before.size(); ++i) {
    BOOST_TEST(after[i]->frame() == before[i]->frame());
    BOOST_TEST(after[i]->topics() == before[i]->topics());
    BOOST_TEST(after[i]->key() == before[i]->key());
    BOOST_TEST(after[i]->publisher_id() == before[i]->publisher_id());
    BOOST_TEST(after[i]->closes() == before[i]->closes());
    BOOST_TEST(after[i]->is_private() == (i == 4));
  }
  BOOST_TEST(event_log().stats().bytes > 0U);
}

BOOST_AUTO_TEST_CASE(cursors_of_the_last_life_are_good_in_the_next) {
  publish_times(3, "a");
  begin();
  BOOST_TEST(resume("a", "life1-2") == "after 2");
  BOOST_TEST(publish("a") == "life1-4");
  BOOST_TEST(resume("a", "life0-2") == "after 0 gap restarted");
}

BOOST_AUTO_TEST_CASE(publishers_ids_and_closed_topics_live_on) {
  append(draft_with_id("a", "mine"));
  append(closing("b"));
  begin();
  BOOST_TEST(append(draft_with_id("a", "mine")) == "mine");
  BOOST_TEST(held() == "1 2");
  BOOST_TEST(closed("b"));
  BOOST_TEST(publish("b") == "closed");
  BOOST_TEST(resume("a", "mine") == "after 1");
}

// Also by the content, and however long they are.
BOOST_AUTO_TEST_CASE(publishers_ids_of_evicted_events_live_on) {
  const std::string long_id(5'000, 'y');
  append(draft_with_id("a", "x", "old"));
  append(draft_with_id("a", long_id));
  publish("b");
  age(30min);
  publish("b");
  age(31min);
  BOOST_TEST(held() == "4");
  BOOST_TEST(eventually([&] { return in_file("SELECT count(*) FROM past_ids") == 2; }));
  for (int i = 0; i < 3; ++i) {
    begin();
    BOOST_TEST(resume("a", long_id) == "after 2");
    BOOST_TEST(resume("a b", long_id) == "after 3 gap evicted");
    BOOST_TEST(resume("a", "x") == "after 2 gap evicted");
    BOOST_TEST(append(draft_with_id("a", "x", "old")) == "x");
    BOOST_TEST(append(draft_with_id("a", "x", "new")) == "conflict");
  }
}

// One whose marks are written, and which itself is still in the file.
BOOST_AUTO_TEST_CASE(an_id_is_remembered_wherever_the_last_life_was_stopped) {
  append(draft_with_id("a", "x"));
  end();
  Database(file).run("INSERT OR REPLACE INTO topics VALUES('a',1,0)");
  for (int i = 0; i < 2; ++i) {
    begin();
    BOOST_TEST(held() == "");
    BOOST_TEST(resume("a", "x") == "after 1");
    BOOST_TEST(eventually([&] { return in_file("SELECT count(*) FROM events") == 0; }));
    BOOST_TEST(in_file("SELECT count(*) FROM past_ids") == 1);
  }
}

BOOST_AUTO_TEST_CASE(the_file_remembers_no_more_ids_than_the_history) {
  settings.past_ids_max = 5;
  settings.topic_events_max = 1;
  begin();
  for (int i = 1; i <= 21; ++i) append(draft_with_id("a", fmt::format("x{}", i)));
  BOOST_TEST(eventually([&] { return in_file("SELECT max(number) FROM past_ids") == 20; }));
  BOOST_TEST(in_file("SELECT count(*) FROM past_ids") == 5);
  BOOST_TEST(in_file("SELECT min(place) FROM past_ids") == 16);
  end();
  settings.past_ids_max = 2;
  begin();
  BOOST_TEST(in_file("SELECT min(place) FROM past_ids") == 19);
  BOOST_TEST(resume("a", "x20") == "after 20");
  BOOST_TEST(resume("a", "x18") == "after 20 gap unknown");
  end();
  settings.past_ids_max = 0;
  begin();
  BOOST_TEST(in_file("SELECT count(*) FROM past_ids") == 0);
  BOOST_TEST(append(draft_with_id("b", "x20")) == "x20");
}

// A file that was moved away is written anew from memory.
BOOST_AUTO_TEST_CASE(a_new_file_gets_the_ids_too) {
  append(draft_with_id("a", "x", "old"));
  age(2h);
  std::filesystem::rename(file, file + ".away");
  BOOST_TEST(eventually([&] { return std::filesystem::exists(file) && !event_log().unavailable_reason(); }));
  begin();
  BOOST_TEST(resume("a", "x") == "after 1");
  BOOST_TEST(append(draft_with_id("a", "x", "old")) == "x");
}

// As the version before this one has written it.
BOOST_AUTO_TEST_CASE(a_file_that_remembers_no_ids_yet) {
  append(draft_with_id("a", "x"));
  end();
  Database(file).run(
      "DROP TABLE past_ids; DROP TABLE past_ids_key; ALTER TABLE events DROP COLUMN private; ALTER TABLE "
      "events DROP COLUMN up_ms; ALTER TABLE hub "
      "DROP COLUMN "
      "up_ms; ALTER TABLE hub DROP COLUMN boot; ALTER TABLE hub DROP COLUMN mono_ms; ALTER TABLE hub DROP "
      "COLUMN "
      "wall_ms; PRAGMA user_version=2");
  begin();
  BOOST_TEST(in_file("PRAGMA user_version") == 5);
  BOOST_TEST(held() == "1");
  age(2h);
  BOOST_TEST(eventually([&] { return in_file("SELECT count(*) FROM past_ids") == 1; }));
  begin();
  BOOST_TEST(resume("a", "x") == "after 1");
}

// As workers have written it that knew no private events.
BOOST_AUTO_TEST_CASE(a_file_of_the_fourth_schema) {
  publish("a");
  append(draft_with_id("a", "x"));
  append(closing("b"));
  end();
  Database(file).run(
      "ALTER TABLE events RENAME TO newer;"
      "CREATE TABLE events("
      "  place  INTEGER PRIMARY KEY,"
      "  at_ms  INTEGER NOT NULL,"
      "  topics TEXT NOT NULL,"
      "  frame  TEXT NOT NULL,"
      "  alias  TEXT NOT NULL,"
      "  key    TEXT NOT NULL,"
      "  closes INTEGER NOT NULL,"
      "  up_ms  INTEGER NOT NULL DEFAULT 0);"
      "INSERT INTO events SELECT place,at_ms,topics,frame,alias,key,closes,up_ms FROM newer;"
      "DROP TABLE newer; PRAGMA user_version=4");
  begin();
  BOOST_TEST(in_file("PRAGMA user_version") == 5);
  BOOST_TEST(held() == "1 2 3");
  for (const auto& entry : event_log().read_all(0, 10)) BOOST_TEST(!entry->is_private());
  BOOST_TEST(append(draft_with_id("a", "x")) == "x");
  BOOST_TEST(append(privately(draft_with_id("a", "y"))) == "y");
  begin();
  BOOST_TEST(told(event_log().read(select("a"), 0, 4, std::string::npos, 0)) == "1 2 through 4 evicted 0");
}

// Also what their ids say, once they are evicted.
BOOST_AUTO_TEST_CASE(private_events_stay_private) {
  append(privately(draft_with_id("a", "x")));
  publish("b");
  begin();
  BOOST_TEST(resume("a", "x") == "after 0 gap unknown");
  BOOST_TEST(told(event_log().resume(select("a", "a"), "x")) == "after 1");
  BOOST_TEST(append(draft_with_id("a", "x")) == "conflict");
  age(2h);
  BOOST_TEST(eventually([&] { return in_file("SELECT count(*) FROM past_ids") == 1; }));
  begin();
  BOOST_TEST(resume("b", "x") == resume("b", "never"));
  BOOST_TEST(told(event_log().resume(select("c", "c"), "x")) == "after 1");
  BOOST_TEST(append(privately(draft_with_id("a", "x"))) == "x");
  BOOST_TEST(append(draft_with_id("a", "x")) == "conflict");
}

// Although the event that closed it is gone.
BOOST_AUTO_TEST_CASE(a_closed_topic_stays_closed_when_its_events_are_gone) {
  append(closing("b"));
  age(2h);
  publish("a");
  BOOST_TEST(eventually([&] { return in_file("SELECT count(*) FROM events") == 1; }));
  begin();
  BOOST_TEST(held() == "2");
  BOOST_TEST(closed("b"));
}

BOOST_AUTO_TEST_CASE(a_place_is_never_given_out_twice) {
  publish_times(5, "a");
  age(2h);
  BOOST_TEST(eventually([&] { return in_file("SELECT count(*) FROM events") == 0; }));
  begin();
  BOOST_TEST(held() == "");
  BOOST_TEST(publish("a") == "life1-6");
}

BOOST_AUTO_TEST_CASE(events_age_while_nobody_runs) {
  publish("a");
  end();
  clock.advance(59min);
  begin();
  BOOST_TEST(held() == "1");
  end();
  clock.advance(2min);
  begin();
  BOOST_TEST(held() == "");
}

// --- what was lost is told in the next life, to those whom it concerns ---

BOOST_AUTO_TEST_CASE(what_a_topic_gave_up_is_known_in_the_next_life) {
  settings.topic_events_max = 2;
  begin();
  publish("quiet");
  publish_times(5, "busy");
  BOOST_TEST(eventually([&] { return in_file("SELECT count(*) FROM events") == 3; }));
  begin();
  BOOST_TEST(held() == "1 5 6");
  BOOST_TEST(resume("busy", "life1-2") == "after 4 gap evicted");
  BOOST_TEST(resume("busy", "life1-4") == "after 4");
  BOOST_TEST(resume("quiet", "life1-0") == "after 0");
}

// As if the process had been killed before it told the file of its evictions.
BOOST_AUTO_TEST_CASE(evictions_that_the_file_has_not_heard_of_happen_again) {
  publish_times(5, "a");
  end();
  settings.topic_events_max = 2;
  begin();
  BOOST_TEST(held() == "4 5");
  BOOST_TEST(resume("a", "life1-1") == "after 3 gap evicted");
}

BOOST_AUTO_TEST_CASE(an_event_of_two_topics_that_one_gave_up_comes_back_for_the_other) {
  settings.topic_events_max = 1;
  begin();
  publish("a b");
  publish("a");
  BOOST_TEST(eventually([&] { return in_file("SELECT lost_through FROM topics WHERE name='a'") == 1; }));
  settings.topic_events_max = 10;
  begin();
  BOOST_TEST(held() == "1 2");
  BOOST_TEST(resume("a", "life1-0") == "after 1 gap evicted");
  BOOST_TEST(told(event_log().read(select("b"), 0, 2, 1'000, 0)).starts_with("1"));
  BOOST_TEST(told(event_log().read(select("a"), 0, 2, 1'000, 0)).starts_with("2"));
}

BOOST_AUTO_TEST_CASE(the_file_does_not_outgrow_the_history) {
  settings.topic_events_max = 100;
  begin();
  for (int i = 0; i < 30; ++i) {
    std::vector<Draft> drafts;
    for (int j = 0; j < 100; ++j) drafts.push_back(draft("a", std::string(500, 'x')));
    worker::support::append(event_log(), std::move(drafts));
  }
  BOOST_TEST(eventually([&] { return in_file("SELECT count(*) FROM events") == 100; }));
  BOOST_TEST(in_file("SELECT page_count*page_size FROM pragma_page_count, pragma_page_size") < 500'000);
}

// All at once or not at all, in the order of the calls, many waiting: one transaction takes what waits.
BOOST_AUTO_TEST_CASE(what_waits_together_is_answered_in_order) {
  std::string order;
  std::promise<void> last;
  for (int i = 0; i < 100; ++i) {
    std::vector<Draft> drafts;
    drafts.push_back(draft("a"));
    event_log().append(std::move(drafts), [&, i](const auto& results) {
      if (told(results.front()) != fmt::format("life1-{}", i + 1)) order += fmt::format("{} ", i);
      if (i == 99) last.set_value();
    });
  }
  last.get_future().get();
  BOOST_TEST(order == "");
}

BOOST_AUTO_TEST_CASE(closing_answers_all_that_waits_and_takes_no_more) {
  int kept = 0;
  for (int i = 0; i < 50; ++i) {
    std::vector<Draft> drafts;
    drafts.push_back(draft("a"));
    event_log().append(std::move(drafts), [&](const auto& results) { kept += results.front().has_value(); });
  }
  event_log().close();
  BOOST_TEST(kept == 50);
  BOOST_TEST(publish("a") == "unavailable");
  begin();
  BOOST_TEST(event_log().last() == 50U);
}

BOOST_AUTO_TEST_SUITE_END()
