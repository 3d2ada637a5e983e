// What the log tells of lost events: which cursors show a loss, and who gets a gap because of it.
#include "log/terms.hpp"

#include <boost/test/unit_test.hpp>

#include "log/merged_read.hpp"
#include "log/resume.hpp"
#include "support/drafts.hpp"
#include "support/manual_clock.hpp"

using namespace worker::log;
using namespace worker::support;

namespace {

struct Fixture {
  void add(Sequence sequence, Draft draft) {
    history.add(make_entry(std::move(draft), sequence, history.epochs().id_of(sequence), clock.now()));
  }
  void term(Sequence sequence, const std::string& after) {
    add(sequence, {.topics = {"$terms"}, .silent = true, .key = "term " + after, .is_private = true});
  }
  std::string resume(const std::string& cursor, const std::string& topics = "a") {
    const auto point = worker::log::resume(history, select(topics), cursor);
    return told(point) + (point.may_arrive ? " may arrive" : "");
  }

  ManualClock clock;
  History history{Settings(), "e5", clock};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(terms, Fixture)

BOOST_AUTO_TEST_CASE(none) {
  add(1, draft("a", "x"));
  BOOST_TEST(Terms(history).lost_through() == 0U);
  BOOST_TEST(Terms(history).skipped_through(1) == 0U);
  BOOST_TEST(!Terms(history).is_loss_unknown());
  BOOST_TEST(Terms(history).before(10, 3) == 7U);
  BOOST_TEST(Terms(history).before(10, 11) == 0U);
  BOOST_TEST(resume("e5-1") == "after 1");
  BOOST_TEST(resume("e6-1") == "after 0 gap restarted may arrive");
}

BOOST_AUTO_TEST_CASE(a_cursor_of_a_skipped_sequence_shows_a_loss) {
  add(1, draft("a", "x"));
  add(2, draft("b", "x"));
  term(100, "2");
  for (const auto* cursor : {"e5-1", "e5-2", "e5-100"})
    BOOST_TEST(resume(cursor) == fmt::format("after {}", std::string(cursor).substr(3)));
  // Until all workers know, its reader waits.
  BOOST_TEST(resume("e5-3") == "after 100 gap lost may arrive");
  BOOST_TEST(resume("e5-99") == "after 100 gap lost may arrive");
  add(101, draft("a", "y"));
  BOOST_TEST(resume("e5-99") == "after 100 gap lost may arrive");
  BOOST_TEST(resume("e5-1") == "after 1");
  add(102, Terms::lost("e5-99"));
  BOOST_TEST(Terms(history).lost_through() == 100U);
  for (const auto* cursor : {"e5-99", "e5-3", "e5-2", "e5-1"})
    BOOST_TEST(resume(cursor) == "after 100 gap lost");
  BOOST_TEST(resume("e5-1", "b") == "after 1 gap lost");  // it still gets what is retained
  BOOST_TEST(resume("e5-2", "never") == "after 100 gap lost");
  for (const auto* cursor : {"e5-100", "e5-101", "e5-102"})
    BOOST_TEST(resume(cursor) == fmt::format("after {}", std::string(cursor).substr(3)));
}

// Redis came back as it was in an earlier epoch.
BOOST_AUTO_TEST_CASE(a_cursor_of_a_later_epoch_shows_a_loss) {
  add(1, draft("a", "x"));
  term(100, "1");
  BOOST_TEST(resume("e6-7") == "after 0 gap lost may arrive");
  BOOST_TEST(resume("e4-7") == "after 0 gap restarted");
  BOOST_TEST(resume("e5-1") == "after 1");
  add(101, Terms::lost("e6-7"));
  BOOST_TEST(resume("e5-1") == "after 100 gap lost");
  BOOST_TEST(resume("e6-7") == "after 0 gap restarted may arrive");
}

// Whoever has come since that term began has missed nothing by it.
BOOST_AUTO_TEST_CASE(a_loss_ends_with_its_term) {
  term(100, "0");
  add(101, draft("a", "x"));
  term(200, "101");
  add(201, Terms::lost("e5-50"));
  BOOST_TEST(Terms(history).lost_through() == 100U);
  BOOST_TEST(resume("e5-0") == "after 100 gap lost");
  BOOST_TEST(resume("e5-101") == "after 101");
  BOOST_TEST(resume("e5-150") == "after 200 gap lost may arrive");
}

BOOST_AUTO_TEST_CASE(statements_that_make_no_sense_say_nothing) {
  add(1, draft("a", "x"));
  term(2, "5");
  term(3, "x");
  term(4, "");
  for (Sequence sequence = 5; sequence <= 8; ++sequence)
    add(sequence, Terms::lost(std::vector<std::string>{"", "x", "e5-1", "e6-"}.at(sequence - 5)));
  add(9, Terms::lost("e6-1"));  // no term has skipped anything
  BOOST_TEST(Terms(history).lost_through() == 0U);
  BOOST_TEST(resume("e5-1") == "after 1");
}

BOOST_AUTO_TEST_CASE(what_was_skipped_does_not_count) {
  term(1'000, "10");
  term(9'000, "1005");
  const Terms terms(history);
  BOOST_TEST(terms.before(9'003, 3) == 9'000U);
  BOOST_TEST(terms.before(9'003, 4) == 1'004U);
  BOOST_TEST(terms.before(9'003, 8) == 1'000U);
  BOOST_TEST(terms.before(9'003, 9) == 9U);
  BOOST_TEST(terms.before(9'003, 19) == 0U);
  BOOST_TEST(terms.before(1'003, 2) == 1'001U);
}

// They are private, and of a topic that no pattern matches.
BOOST_AUTO_TEST_CASE(no_reader_gets_them) {
  term(100, "0");
  add(101, Terms::lost("e5-50"));
  add(102, draft("a", "x"));
  for (const auto* selector : {"*", "$terms", "$*"})
    BOOST_TEST(resume("earliest", selector).find("gap") == std::string::npos);
  const auto slice = MergedRead(history, select("* $terms")).slice(0, 200, std::string::npos, 0);
  BOOST_TEST(places(slice.entries) == "102");
}

BOOST_AUTO_TEST_SUITE_END()
