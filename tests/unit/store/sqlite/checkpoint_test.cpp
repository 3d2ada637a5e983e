// What the checkpoint records, and when the file of the store is not trusted.
#include "store/sqlite/checkpoint.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "store/sqlite/database.hpp"
#include "support/temp_folder.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using Durability = StorageSettings::Durability;

namespace {

struct Fixture {
  std::string text() const {
    std::ifstream in(lock);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string missing_tail_reason(const std::string& epoch, Sequence last) const {
    return Checkpoint(file).missing_tail_reason(epoch, last).value_or("none");
  }
  bool doubts(const std::string& epoch, Sequence last, const std::string& part) const {
    return missing_tail_reason(epoch, last).find(part) != std::string::npos;
  }
  /// The machine was started again, before the file was closed.
  void start_again() {
    auto line = text();
    const auto boot = line.find('-') - 8;
    line.replace(boot, 8, "00000000");
    folder.file("journal.db.lock", line);
  }
  TempFolder folder;
  std::string file = folder.path("journal.db");
  std::string lock = file + ".lock";
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(witness_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_new_one_knows_nothing) {
  BOOST_TEST(doubts("e", 0, "journal.db.lock is unreadable"));
  BOOST_TEST(Checkpoint(file).last() == 0U);
}

BOOST_AUTO_TEST_CASE(by_the_letter) {
  Checkpoint witness(file);
  BOOST_TEST(text() == "");
  witness.record("e1", 7, Durability::process);
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  BOOST_TEST(text() == "00000000000000000007 open   process " + boot + " e1\n");
  witness.record("e1", 18'446'744'073'709'551'615U, Durability::process);
  BOOST_TEST(text() == "18446744073709551615 open   process " + boot + " e1\n");
  witness.record("a longer one", 8, Durability::full);
  BOOST_TEST(text() == "00000000000000000008 open   full    " + boot + " a longer one\n");
  witness.record("e1", 9, Durability::full);
  witness.record_clean_shutdown();
  BOOST_TEST(text() == "00000000000000000009 closed full    " + boot + " e1\n");
}

BOOST_AUTO_TEST_CASE(a_process_that_was_killed_leaves_no_doubt) {
  Checkpoint(file).record("e", 7, Durability::process);
  BOOST_TEST(missing_tail_reason("e", 7) == "none");
  BOOST_TEST(missing_tail_reason("e", 8) ==
             "none");  // killed before it could say so, and before anybody was told
}

BOOST_AUTO_TEST_CASE(a_file_that_ends_too_early) {
  Checkpoint(file).record("e", 7, Durability::full);
  BOOST_TEST(doubts("e", 6, "it ends at sequence 6, but sequence 7 was recorded"));
  BOOST_TEST(Checkpoint(file).last() == 7U);
  Checkpoint witness(file);
  witness.record("e", 7, Durability::full);
  witness.record_clean_shutdown();
  BOOST_TEST(witness.missing_tail_reason("e", 6).has_value());
}

BOOST_AUTO_TEST_CASE(another_history) {
  Checkpoint(file).record("e", 7, Durability::process);
  BOOST_TEST(doubts("f", 7, "belongs to another history"));
}

BOOST_AUTO_TEST_CASE(the_end_of_power) {
  Checkpoint(file).record("e", 7, Durability::process);
  start_again();
  BOOST_TEST(doubts("e", 7, "the machine stopped without a clean shutdown"));
  Checkpoint(file).record("e", 7, Durability::process);
  BOOST_TEST(missing_tail_reason("e", 7) == "none");
}

BOOST_AUTO_TEST_CASE(the_end_of_power_with_full_durability) {
  Checkpoint(file).record("e", 7, Durability::full);
  start_again();
  BOOST_TEST(missing_tail_reason("e", 7) == "none");
}

BOOST_AUTO_TEST_CASE(an_orderly_end_before_that_of_power) {
  {
    Checkpoint witness(file);
    witness.record("e", 7, Durability::process);
    witness.record_clean_shutdown();
  }
  start_again();
  BOOST_TEST(missing_tail_reason("e", 7) == "none");
}

// Only a process that has written to the store records a clean shutdown.
BOOST_AUTO_TEST_CASE(closed_by_one_who_kept_nothing) {
  Checkpoint(file).record("e", 7, Durability::process);
  start_again();
  Checkpoint(file).record_clean_shutdown();
  BOOST_TEST(doubts("e", 7, "the machine stopped"));
}

BOOST_AUTO_TEST_CASE(anything_else_in_it) {
  for (const auto* text :
       {"", "x", "7", "7 open", "7 open process boot", "-7 open process boot e", "7 shut process boot e",
        "7 open half boot e", "99999999999999999999999 open full b e"}) {
    folder.file("journal.db.lock", text);
    BOOST_TEST_CONTEXT(text) BOOST_TEST(doubts("e", 7, "is unreadable"));
  }
}

BOOST_AUTO_TEST_CASE(one_at_a_time) {
  const Checkpoint first(file);
  BOOST_CHECK_EXCEPTION(Checkpoint{file}, SqliteError, [](const SqliteError& error) {
    return error.code() == SQLITE_BUSY &&
           std::string(error.what()).find("another process") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(where_there_is_no_folder) {
  BOOST_CHECK_EXCEPTION(Checkpoint{folder.path("no/journal.db")}, SqliteError,
                        [](const SqliteError& error) { return error.code() == SQLITE_CANTOPEN; });
}

BOOST_AUTO_TEST_SUITE_END()
