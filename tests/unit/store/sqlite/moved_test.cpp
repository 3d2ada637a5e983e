// A SQLite store whose files are moved, deleted, replaced or changed by somebody else while publishers
// leave it no idle second: it is noticed, and every acknowledged event is in the file that the next process
// opens.
#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "store/sqlite/file_watch.hpp"
#include "unit/store/sqlite/sqlite_restarts.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
namespace fs = std::filesystem;

namespace {

struct Fixture : SqliteRestarts {
  Fixture() {
    // A part of the history is in the database and a part in the log, as in the field.
    publish_times(3, "a");
    Database(file).run("PRAGMA wal_checkpoint");
    publish_times(3, "a");
  }
  ~Fixture() { stop(); }

  /// From now on somebody publishes all the time.
  void start() {
    publishing_ = true;
    publisher_ = std::thread([this] {
      while (publishing_) {
        const auto answer = publish("a");
        ++(answer == "unavailable" ? refused : acknowledged);
      }
    });
  }
  void stop() {
    publishing_ = false;
    if (publisher_.joinable()) publisher_.join();
  }
  /// `act` happens under load, and is noticed; then publishers are served again.
  template <class Act>
  void under_load(const Act& act) {
    start();
    BOOST_TEST(eventually([&] { return acknowledged > 20; }));
    act();
    BOOST_TEST(eventually([&] { return refused > 0; }));
    const auto before = acknowledged.load();
    BOOST_TEST(eventually([&] { return acknowledged > before + 20; }));
    stop();
  }
  /// Another process finds, as `kill -9` would leave the files now, all that this one has, and trusts it.
  void expect_all_in_the_files() {
    const auto before = held();
    const auto last = event_log().last();
    const auto cursor = event_log().id_of(last - 2);
    const auto copy = folder.path("copy");
    fs::create_directories(copy);
    for (const auto* ending : {"", "-wal", ".lock"}) {
      if (fs::exists(file + ending)) fs::copy_file(file + ending, copy + "/journal.db" + ending);
    }
    end();
    file = copy + "/journal.db";
    begin();
    BOOST_TEST((held() == before));
    BOOST_TEST(event_log().last() == last);
    BOOST_TEST(resume("a", cursor) == fmt::format("after {}", last - 2));
  }
  void replace_by_a_copy(const std::string& path) {
    fs::copy_file(path, path + ".new");
    fs::rename(path + ".new", path);
  }
  bool says(const std::string& part) {
    return event_log().unavailable_reason().value_or("none").find(part) != std::string::npos;
  }

  std::atomic<int> acknowledged = 0, refused = 0;

 private:
  std::atomic<bool> publishing_ = false;
  std::thread publisher_;
};

const std::vector<std::string> endings{"", "-wal", "-shm", ".lock"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_moved, Fixture)

BOOST_DATA_TEST_CASE_F(Fixture, moved, endings) {
  under_load([&] { fs::rename(file + sample, file + ".elsewhere"); });
  expect_all_in_the_files();
}

BOOST_DATA_TEST_CASE_F(Fixture, deleted, endings) {
  under_load([&] { fs::remove(file + sample); });
  expect_all_in_the_files();
}

BOOST_DATA_TEST_CASE_F(Fixture, replaced_by_a_copy_of_itself, endings) {
  under_load([&] { replace_by_a_copy(file + sample); });
  expect_all_in_the_files();
}

BOOST_AUTO_TEST_CASE(all_of_them_moved) {
  under_load([&] {
    for (const auto& ending : endings) fs::rename(file + ending, file + ending + ".elsewhere");
  });
  expect_all_in_the_files();
}

BOOST_AUTO_TEST_CASE(the_folder_renamed_and_a_new_one_in_its_place) {
  fs::create_directory(folder.path("in"));
  file = folder.path("in/journal.db");
  begin();
  publish("a");
  const auto epoch = event_log().id_of(0);
  under_load([&] {
    fs::rename(folder.path("in"), folder.path("away"));
    fs::create_directory(folder.path("in"));
  });
  BOOST_TEST(event_log().id_of(0) == epoch);
  expect_all_in_the_files();
}

BOOST_AUTO_TEST_CASE(the_folder_renamed_and_renamed_back) {
  fs::create_directory(folder.path("in"));
  file = folder.path("in/journal.db");
  begin();
  start();
  fs::rename(folder.path("in"), folder.path("away"));
  BOOST_TEST(eventually([&] { return says("No such file or directory"); }));
  fs::rename(folder.path("away"), folder.path("in"));
  BOOST_TEST(eventually([&] { return !event_log().unavailable_reason(); }));
  stop();
  const auto before = held();
  begin();
  BOOST_TEST((held() == before));
}

// --- other content ---

BOOST_AUTO_TEST_CASE(an_older_copy_moved_over_it) {
  fs::copy_file(file, file + ".old");
  under_load([&] { fs::rename(file + ".old", file); });
  expect_all_in_the_files();
}

// As `cp` does: the file stays the same one.
BOOST_AUTO_TEST_CASE(an_older_copy_written_into_it) {
  fs::copy_file(file, file + ".old");
  for (int i = 0; i < 50; ++i) publish("a", std::string(1'000, 'x'));
  Database(file).run("PRAGMA wal_checkpoint(TRUNCATE)");
  under_load([&] { fs::copy_file(file + ".old", file, fs::copy_options::overwrite_existing); });
  expect_all_in_the_files();
}

// As `.restore` does, or somebody who deletes by hand: a transaction like any other.
BOOST_AUTO_TEST_CASE(changed_by_another_program) {
  // Late ones: by the time that the lock is free the first ones may have been evicted.
  under_load([&] {
    Database(file).run(
        "DELETE FROM events WHERE place BETWEEN (SELECT max(place) - 4 FROM events) AND (SELECT max(place) - "
        "2 "
        "FROM events)");
  });
  expect_all_in_the_files();
}

BOOST_AUTO_TEST_CASE(who_changes_nothing_that_matters_is_left_alone) {
  start();
  BOOST_TEST(eventually([&] { return acknowledged > 20; }));
  Database(file).run("PRAGMA wal_checkpoint(TRUNCATE)");
  Database(file).run("VACUUM; CREATE TABLE mine(x)");
  // Longer than the writer takes to look at the files twice.
  BOOST_TEST(!eventually([&] { return refused > 0; }, std::chrono::milliseconds(2'500)));
  stop();
  BOOST_TEST(refused == 0);
  expect_all_in_the_files();
}

BOOST_AUTO_TEST_CASE(another_hubs_file_is_not_overwritten) {
  TempFolder elsewhere;
  const auto mine = std::exchange(file, elsewhere.path("journal.db"));
  worker::support::append(*make("other"), draft("theirs"));
  const auto theirs = std::exchange(file, mine);
  start();
  fs::rename(theirs, file);
  BOOST_TEST(eventually([&] { return says("another history"); }));
  stop();
  BOOST_TEST(in_file("SELECT count(*) FROM events WHERE topics='theirs'") == 1);
  BOOST_TEST(publish("a") == "unavailable");
  fs::rename(file, file + ".theirs");
  BOOST_TEST(eventually([&] { return !event_log().unavailable_reason(); }));
  expect_all_in_the_files();
}

// Who has lost the lock gives way to who has it, and overwrites nothing afterwards.
BOOST_AUTO_TEST_CASE(another_worker_that_takes_a_deleted_lock) {
  start();
  fs::remove(file + ".lock");
  auto second = make("other");
  BOOST_TEST(second->ready());
  BOOST_TEST(eventually([&] { return says("another process uses the file"); }));
  stop();
  // It may be writing the file anew, for the first one wrote to it a moment ago.
  BOOST_TEST(eventually([&] { return worker::support::append(*second, draft("b")) != "unavailable"; }));
  BOOST_TEST(publish("a") == "unavailable");
  // Readers of the first are told: what it acknowledged before it noticed may be gone.
  BOOST_TEST(
      told(second->resume(select("a"), fmt::format("life1-{}", event_log().last()))).ends_with("gap lost"));
  second.reset();
  BOOST_TEST(eventually([&] { return says("another worker has written to it"); }));
  BOOST_TEST(in_file("SELECT count(*) FROM events WHERE topics='b'") == 1);
}

// --- the end ---

BOOST_AUTO_TEST_CASE(moved_a_moment_before_the_end) {
  publish_times(3, "a");
  const auto before = held();
  fs::rename(file, file + ".elsewhere");
  publish("a");
  begin();
  BOOST_TEST(held() == before + " 10");
  BOOST_TEST(publish("a") == "life1-11");
}

BOOST_AUTO_TEST_CASE(the_watch_compares_the_device_as_well) {
  FileWatch watch("/dev/null", {});
  BOOST_TEST(!watch.database_moved());
  BOOST_TEST(FileWatch(folder.path("nowhere"), {}).moved().value() ==
             "the file was moved or deleted while it was in use");
  BOOST_TEST((FileIdentity{1, 7} != FileIdentity{2, 7}));
}

BOOST_AUTO_TEST_SUITE_END()
