#include "store/sqlite/storage_access.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <functional>

#include "base/account.hpp"
#include "support/temp_folder.hpp"

using namespace worker;
using worker::store::storage_problem;
using worker::store::StorageSettings;

namespace {

unsigned mode_of(const std::string& path) {
  struct stat found {};
  BOOST_REQUIRE_EQUAL(::stat(path.c_str(), &found), 0);
  return found.st_mode & 07777U;
}

struct Fixture {
  Fixture() { ::chmod(folder.path().c_str(), 0755); }

  static std::optional<std::string> problem(const std::string& path) {
    return storage_problem({.kind = StorageSettings::Kind::sqlite, .path = path});
  }
  // What another user is told: root may do everything. Empty where there is no problem.
  static std::string problem_of_another(const std::string& path) {
    int ends[2];
    BOOST_REQUIRE_EQUAL(::pipe(ends), 0);
    const auto child = ::fork();
    if (child == 0) {
      auto text =
          base::become("www-data").has_value() ? problem(path).value_or("") : "cannot become www-data";
      [[maybe_unused]] const auto written = ::write(ends[1], text.data(), text.size());
      ::_exit(0);
    }
    ::close(ends[1]);
    std::string text(4096, '\0');
    const auto size = ::read(ends[0], text.data(), text.size());
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }

  support::TempFolder folder;
  std::string file = folder.path("in/journal.db");
};

bool is_root() { return ::geteuid() == 0; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(storage_access_suite, Fixture)

BOOST_AUTO_TEST_CASE(only_sqlite_has_files) {
  for (const auto kind : {StorageSettings::Kind::memory, StorageSettings::Kind::redis})
    BOOST_TEST(!storage_problem({.kind = kind, .path = "/no/such/folder/journal.db"}));
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_there_or_can_be_made) {
  BOOST_TEST(!problem(file));
  BOOST_TEST(!problem(folder.path("journal.db")));
  BOOST_TEST(!std::filesystem::exists(folder.path("in")));
}

BOOST_AUTO_TEST_CASE(folders_of_which_more_than_the_last_is_missing) {
  const auto missing = folder.path("no/such");
  BOOST_TEST(problem(missing + "/journal.db")
                 .value()
                 .starts_with("there is no folder " + missing + ", and the user "));
}

BOOST_AUTO_TEST_CASE(a_file_in_the_place_of_the_folder_and_a_folder_in_that_of_the_file) {
  folder.file("in", "");
  BOOST_TEST(problem(file).value() == folder.path("in") + " is not a folder");
  std::filesystem::create_directory(folder.path("journal.db"));
  BOOST_TEST(problem(folder.path("journal.db")).value() == folder.path("journal.db") + " is not a file");
}

BOOST_AUTO_TEST_CASE(another_user_and_no_folder) {
  if (!is_root()) return;
  BOOST_TEST(problem_of_another(file) ==
             "there is no folder " + folder.path("in") +
                 ", and the user www-data cannot make it. As root: install -d -m 0700 -o "
                 "www-data -g www-data " +
                 folder.path("in"));
}

BOOST_AUTO_TEST_CASE(another_user_and_a_folder_of_root) {
  if (!is_root()) return;
  ::mkdir(folder.path("in").c_str(), 0755);
  BOOST_TEST(problem_of_another(file) ==
             "the user www-data may not write to the folder " + folder.path("in") +
                 ", which belongs to root:root and has the mode 0755. As root: chown "
                 "www-data:www-data " +
                 folder.path("in"));
  ::chmod(folder.path("in").c_str(), 0777);
  BOOST_TEST(problem_of_another(file) == "");
}

BOOST_AUTO_TEST_CASE(another_user_and_a_folder_of_its_own_that_it_has_closed) {
  if (!is_root()) return;
  ::mkdir(folder.path("in").c_str(), 0555);
  const auto* user = ::getpwnam("www-data");  // NOLINT(concurrency-mt-unsafe): one thread
  BOOST_REQUIRE(user != nullptr);
  BOOST_REQUIRE_EQUAL(::chown(folder.path("in").c_str(), user->pw_uid, user->pw_gid), 0);
  BOOST_TEST(problem_of_another(file) ==
             "the user www-data may not write to the folder " + folder.path("in") +
                 ", which belongs to www-data:www-data and has the mode 0555. As root: "
                 "chmod u+rwX " +
                 folder.path("in"));
}

BOOST_AUTO_TEST_CASE(another_user_and_a_file_of_root) {
  if (!is_root()) return;
  ::mkdir(folder.path("in").c_str(), 0755);
  ::chmod(folder.path("in").c_str(), 0777);
  for (const auto* ending : {"", "-wal", "-shm", ".lock"}) {
    const auto path = folder.file(std::string("in/journal.db") + ending, "");
    ::chmod(path.c_str(), 0644);
    BOOST_TEST(problem_of_another(file) ==
               "the user www-data may not write to the file " + path +
                   ", which belongs to root:root and has the mode 0644. As root: chown "
                   "www-data:www-data " +
                   path);
    ::unlink(path.c_str());
  }
}

BOOST_AUTO_TEST_CASE(another_user_and_a_folder_behind_a_closed_one) {
  if (!is_root()) return;
  ::mkdir(folder.path("in").c_str(), 0700);
  ::mkdir(folder.path("in/deeper").c_str(), 0777);
  BOOST_TEST(problem_of_another(folder.path("in/deeper/journal.db")) ==
             "the user www-data cannot reach the folder " + folder.path("in/deeper") + ": Permission denied");
}

BOOST_AUTO_TEST_CASE(the_last_folder_is_made_for_this_user_alone) {
  const auto umask = ::umask(0);
  store::make_folder(file);
  ::umask(umask);
  BOOST_TEST(mode_of(folder.path("in")) == 0700U);
  store::make_folder(folder.path("no/such/journal.db"));
  BOOST_TEST(!std::filesystem::exists(folder.path("no")));
}

BOOST_AUTO_TEST_CASE(what_others_may_is_taken_away_and_what_the_group_may_is_left) {
  ::mkdir(folder.path("in").c_str(), 0755);
  const std::pair<unsigned, unsigned> modes[] = {{0644, 0640}, {0666, 0660}, {0600, 0600}, {0640, 0640}};
  for (const auto* ending : {"", "-wal", "-shm", ".lock"}) {
    const auto path = folder.file(std::string("in/journal.db") + ending, "x");
    for (const auto& [before, after] : modes) {
      ::chmod(path.c_str(), before);
      store::close_to_others(file);
      BOOST_TEST(mode_of(path) == after);
    }
  }
  BOOST_TEST(mode_of(folder.path("in")) == 0755U);
}

BOOST_AUTO_TEST_SUITE_END()
