// A file that is not what was left: its last events are gone, and places that readers may know must not be
// given to others.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

#include "unit/store/sqlite/sqlite_restarts.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
namespace fs = std::filesystem;

namespace {

struct Fixture : SqliteRestarts {
  /// The file as it is now, with its log.
  void back_up() {
    for (const auto* ending : {"", "-wal"}) {
      if (fs::exists(file + ending))
        fs::copy_file(file + ending, file + ending + ".old", fs::copy_options::overwrite_existing);
    }
  }
  /// As a copy that an operator puts back, or as the disk has it after the end of power.
  void restore() {
    for (const auto* ending : {"", "-wal", "-shm"}) fs::remove(file + ending);
    for (const auto* ending : {"", "-wal"}) {
      if (fs::exists(file + ending + ".old")) fs::rename(file + ending + ".old", file + ending);
    }
  }
  void end_power() {
    std::ifstream in(file + ".lock");
    std::string line{std::istreambuf_iterator<char>(in), {}};
    line.replace(line.find('-') - 8, 8, "00000000");
    std::ofstream(file + ".lock") << line;
  }
  /// As kill -9 leaves it.
  void kill() {
    back_up();
    fs::copy_file(file + ".lock", file + ".lock.old", fs::copy_options::overwrite_existing);
    end();
    restore();
    fs::rename(file + ".lock.old", file + ".lock");
  }
  std::string after_a_gap(const std::string& topic, const std::string& cursor) {
    const auto told = resume(topic, cursor);
    return told.find("gap lost") == std::string::npos ? told : "gap lost";
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_lost, Fixture)

BOOST_AUTO_TEST_CASE(killed_there_is_no_gap) {
  publish_times(5, "a");
  kill();
  begin();
  BOOST_TEST(held() == "1 2 3 4 5");
  BOOST_TEST(resume("a", "life1-5") == "after 5");
  BOOST_TEST(publish("a") == "life1-6");
}

BOOST_AUTO_TEST_CASE(closed_in_order_there_is_none_even_after_the_end_of_power) {
  publish_times(5, "a");
  end();
  end_power();
  begin();
  BOOST_TEST(publish("a") == "life1-6");
}

BOOST_AUTO_TEST_CASE(killed_by_the_end_of_power) {
  publish_times(5, "a");
  kill();
  end_power();
  begin();
  BOOST_TEST(held() == "1 2 3 4 5");
  BOOST_TEST(after_a_gap("a", "life1-3") == "gap lost");
  BOOST_TEST(after_a_gap("a", "life1-5") == "gap lost");
  // It may have been given out: nothing is known of it.
  BOOST_TEST(after_a_gap("a", "life1-9") == "gap lost");
  // What is held comes after the gap, and what is new has places that nobody knows.
  BOOST_TEST(resume("a", "life1-3") == "after 3 gap lost");
  const auto id = publish("a");
  const auto place = event_log().last();
  BOOST_TEST(place > 4'000'000'000U);
  BOOST_TEST(id == fmt::format("life1-{}", place));
  BOOST_TEST(resume("a", id) == fmt::format("after {}", place));
  BOOST_TEST(resume("never", "life1-2").ends_with("gap lost"));
}

BOOST_AUTO_TEST_CASE(an_older_copy) {
  publish_times(3, "a");
  back_up();
  publish_times(4, "a");
  end();
  restore();
  begin();
  BOOST_TEST(held() == "1 2 3");
  BOOST_TEST(after_a_gap("a", "life1-2") == "gap lost");
  BOOST_TEST(after_a_gap("a", "life1-7") == "gap lost");
  publish("a");
  BOOST_TEST(after_a_gap("a", "life1-7") == "gap lost");
}

BOOST_AUTO_TEST_CASE(a_log_cut_short) {
  publish_times(3, "a");
  for (int i = 0; i < 20; ++i) publish("a", std::string(5'000, 'x'));
  kill();
  fs::resize_file(file + "-wal", fs::file_size(file + "-wal") / 2);
  begin();
  BOOST_TEST(event_log().ready());
  BOOST_TEST(resume("a", "life1-2") == "after 2 gap lost");
  BOOST_TEST(after_a_gap("a", "life1-23") == "gap lost");
}

BOOST_AUTO_TEST_CASE(a_copy_without_its_witness) {
  publish_times(3, "a");
  end();
  fs::remove(file + ".lock");
  begin();
  BOOST_TEST(resume("a", "life1-2") == "after 2 gap lost");
}

// The clock may be wrong, and the file twice not what was left.
BOOST_AUTO_TEST_CASE(again_and_without_a_clock) {
  publish_times(3, "a");
  kill();
  end_power();
  clock.set_wall(worker::base::WallTime(std::chrono::seconds(1)));
  begin();
  BOOST_TEST(publish("a") == fmt::format("life1-{}", 3 + (1ULL << 32) + 1));
  back_up();
  publish("a");
  const auto given = event_log().last();
  end();
  restore();
  begin();
  publish("a");
  BOOST_TEST(event_log().last() == given + (1ULL << 32) + 1);
  BOOST_TEST(after_a_gap("a", fmt::format("life1-{}", given)) == "gap lost");
}

// Told once to each, and to those as well who come after a further start.
BOOST_AUTO_TEST_CASE(the_next_lives_know_of_it) {
  publish_times(3, "a");
  kill();
  end_power();
  begin();
  const auto id = publish("a");
  begin();
  begin();
  BOOST_TEST(resume("a", "life1-3").ends_with("gap lost"));
  BOOST_TEST(resume("a", id) == fmt::format("after {}", event_log().last()));
  const auto from = event_log().resume(select("a"), "life1-3");
  BOOST_TEST(event_log()
                 .read(select("a"), from.after, event_log().last(), 1'000, from.evictions_seen)
                 .evicted_through == 0U);
}

BOOST_AUTO_TEST_CASE(with_nothing_in_it) {
  end();
  end_power();
  begin();
  BOOST_TEST(event_log().unavailable_reason().value_or("none") == "none");
  BOOST_TEST(publish("a") == "life1-1");
}

BOOST_AUTO_TEST_CASE(a_witness_that_cannot_be_written) {
  end();
  for (const auto* ending : {"", "-wal", "-shm", ".lock"}) fs::remove(file + ending);
  fs::create_symlink("/dev/full", file + ".lock");
  begin();
  BOOST_TEST(event_log().unavailable_reason().value_or("none").find("journal.db.lock: No space left") !=
             std::string::npos);
  BOOST_TEST(publish("a") == "unavailable");
  end();
  fs::remove(file + ".lock");
  begin();
  BOOST_TEST(event_log().unavailable_reason().value_or("none") == "none");
  BOOST_TEST(publish("a") != "unavailable");
}

// --- what an older worker has written ---

BOOST_AUTO_TEST_CASE(a_file_of_the_first_schema) {
  publish_times(3, "a");
  end();
  Database(file).run(
      "ALTER TABLE hub DROP COLUMN doubtful_through; DROP TABLE past_ids; DROP TABLE past_ids_key; "
      "ALTER TABLE events DROP COLUMN private; ALTER TABLE events DROP COLUMN up_ms; ALTER TABLE hub DROP "
      "COLUMN up_ms; ALTER TABLE hub DROP COLUMN "
      "boot; "
      "ALTER TABLE hub DROP COLUMN mono_ms; ALTER TABLE hub DROP COLUMN wall_ms; PRAGMA user_version=1");
  begin();
  BOOST_TEST(held() == "1 2 3");
  BOOST_TEST(publish("a") == "life1-4");
  BOOST_TEST(in_file("PRAGMA user_version") == 5);
}

// It is not in the file under its name any more when it is closed.
BOOST_AUTO_TEST_CASE(a_topic_that_was_forgotten_and_then_closed) {
  publish("old");
  age(std::chrono::hours(2));
  std::vector<Draft> drafts;
  for (int i = 0; i <= 100'000; ++i) drafts.push_back(draft(fmt::format("x{}", i)));
  worker::support::append(event_log(), std::move(drafts));
  age(std::chrono::hours(2));
  BOOST_TEST(eventually([&] { return in_file("SELECT forgotten_through FROM hub") > 0; }));
  append(closing("old"));
  BOOST_TEST(resume("old", "life1-0").ends_with("gap evicted"));
  begin();
  BOOST_TEST(closed("old"));
  BOOST_TEST(resume("old", "life1-0").ends_with("gap evicted"));
}

BOOST_AUTO_TEST_SUITE_END()
