// A SQLite store whose file is not as it should be: what it says, what works meanwhile, and how it
// recovers.
#include <sys/resource.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>

#include "unit/store/sqlite/sqlite_restarts.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;

namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// No file of this process may grow beyond so many bytes, for as long as it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : before_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    set(bytes);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    set(RLIM_INFINITY);
    std::signal(SIGXFSZ, before_);
  }

 private:
  void set(rlim_t bytes) {
    limit_.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit_);
  }
  rlimit limit_{};
  void (*before_)(int);
};

struct Fixture : SqliteRestarts {
  std::string unavailable_reason() { return event_log().unavailable_reason().value_or("none"); }
  bool says(const std::string& part) { return unavailable_reason().find(part) != std::string::npos; }
  void expect_refusal(const std::string& part) {
    BOOST_TEST(says(part), unavailable_reason());
    BOOST_TEST(!event_log().ready());
    BOOST_TEST(publish("a") == "unavailable");
  }
  /// What an operator is told to do.
  void move_away() {
    for (const auto* ending : {"", "-wal", "-shm"}) {
      const auto from = file + ending;
      if (std::filesystem::exists(from)) std::filesystem::rename(from, from + ".bad");
    }
  }
  bool mended() {
    return eventually([&] { return !event_log().unavailable_reason() && event_log().ready(); });
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_faults, Fixture)

BOOST_AUTO_TEST_CASE(one_process_writes_at_a_time_and_the_other_takes_over) {
  publish_times(3, "a");
  auto second = make("other");
  BOOST_TEST(!second->ready());
  BOOST_TEST(second->unavailable_reason().value().find("another process uses the file") != std::string::npos);
  publish("a");
  end();
  BOOST_TEST(eventually([&] { return second->ready() && !second->unavailable_reason(); }));
  BOOST_TEST(places(second->read_all(0, 10)) == "1 2 3 4");
  BOOST_TEST(second->id_of(4) == "life1-4");
}

// A loop that follows from before the history was there gets all of it.
BOOST_AUTO_TEST_CASE(followers_are_notified_of_a_history_that_is_read_later) {
  publish_times(3, "a");
  auto second = make("other");
  Follower follower;
  std::atomic<int> news = 0;
  second->follow(follower, [&] { ++news; });
  end();
  BOOST_TEST(eventually([&] { return news > 0 && second->last() == 3; }));
  BOOST_TEST(places(second->read_all(follower.at, 10)) == "1 2 3");
}

BOOST_AUTO_TEST_CASE(a_folder_that_is_not_there) {
  end();
  file = folder.path("no/such/journal.db");
  begin();
  expect_refusal("No such file or directory");
  std::filesystem::create_directories(folder.path("no/such"));
  BOOST_TEST(mended());
  BOOST_TEST(publish("a") == "life2-1");
}

BOOST_AUTO_TEST_CASE(noise_is_refused_and_left_as_it_is) {
  publish_times(3, "a");
  end();
  std::string noise(20'000, 'x');
  for (std::size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<char>(i * 7919 >> 3);
  folder.file("journal.db", noise);
  begin();
  expect_refusal("not a database");
  BOOST_TEST(says("if the file is moved away, the worker creates a new one"));
  BOOST_TEST((read_file(file) == noise));
  move_away();
  BOOST_TEST(mended());
  BOOST_TEST(publish("a") == "life2-1");
  BOOST_TEST(resume("a", "life1-2") == "after 0 gap restarted");
}

BOOST_AUTO_TEST_CASE(a_truncated_file_is_refused) {
  for (int i = 0; i < 200; ++i) publish("a", std::string(1'000, 'x'));
  end();
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  begin();
  expect_refusal("malformed");
  move_away();
  BOOST_TEST(mended());
}

BOOST_AUTO_TEST_CASE(the_middle_overwritten) {
  for (int i = 0; i < 200; ++i) publish("a", std::string(1'000, 'x'));
  end();
  {
    std::fstream damaged(file, std::ios::binary | std::ios::in | std::ios::out);
    damaged.seekp(60'000);
    damaged << std::string(80'000, '\xa5');
  }
  begin();
  expect_refusal("malformed");
}

BOOST_AUTO_TEST_CASE(a_database_of_another_program) {
  end();
  move_away();
  Database(file).run("CREATE TABLE mine(x)");
  begin();
  expect_refusal("another program");
}

BOOST_AUTO_TEST_CASE(a_newer_schema) {
  end();
  Database(file).run("PRAGMA user_version=6");
  begin();
  expect_refusal("a newer sse-worker (schema 6, this one knows 5)");
}

// --- while it runs ---

BOOST_AUTO_TEST_CASE(a_file_that_cannot_grow_refuses_and_recovers) {
  publish_times(3, "a");
  {
    const FileSizeLimit limit(200'000);
    std::string result;
    for (int i = 0; i < 100 && result != "unavailable"; ++i) result = publish("a", std::string(20'000, 'x'));
    BOOST_TEST(result == "unavailable");
    BOOST_TEST(says("journal.db: disk I/O error"), unavailable_reason());
    BOOST_TEST(event_log().ready());
    BOOST_TEST(resume("a", "life1-1") == "after 1");
  }
  BOOST_TEST(mended());
  const auto before = held();
  publish("a");
  const auto after = held();
  BOOST_TEST(after.starts_with(before));
  begin();
  BOOST_TEST(held() == after);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_taken_away_is_written_anew_without_a_loss) {
  settings.topic_events_max = 3;
  begin();
  publish_times(5, "a");
  append(closing("b"));
  move_away();
  BOOST_TEST(eventually([&] { return event_log().unavailable_reason().has_value(); }));
  BOOST_TEST(says("moved or deleted"));
  BOOST_TEST(mended());
  BOOST_TEST(publish("a") == "life1-7");
  begin();
  BOOST_TEST(held() == "4 5 6 7");
  BOOST_TEST(closed("b"));
  BOOST_TEST(resume("a", "life1-2") == "after 3 gap evicted");
}

// Whatever becomes of the file: what another one acknowledged meanwhile would be overwritten.
BOOST_AUTO_TEST_CASE(nobody_else_gets_in_while_the_file_is_in_trouble) {
  publish("a");
  auto second = make("other");
  {
    const FileSizeLimit limit(100'000);
    std::string result;
    for (int i = 0; i < 100 && result != "unavailable"; ++i) result = publish("a", std::string(20'000, 'x'));
    BOOST_TEST(result == "unavailable");
    BOOST_TEST(!eventually([&] { return second->ready(); }, std::chrono::milliseconds(1'500)));
  }
  BOOST_TEST(mended());
  BOOST_TEST(!second->ready());
}

BOOST_AUTO_TEST_CASE(a_place_that_cannot_be) {
  publish_times(3, "a");
  end();
  Database(file).run("UPDATE events SET place=-3 WHERE place=3");
  begin();
  expect_refusal("a sequence below 1");
}

BOOST_AUTO_TEST_CASE(another_history_in_its_place_is_not_overwritten) {
  publish_times(3, "a");
  TempFolder elsewhere;
  const auto mine = std::exchange(file, elsewhere.path("journal.db"));
  {
    auto other = make("other");
    other->close();
  }
  move_away();
  for (const auto* ending : {"", "-wal", "-shm"}) {
    if (std::filesystem::exists(mine + ending))
      std::filesystem::rename(mine + ending, mine + ending + ".bad");
  }
  std::filesystem::copy(file + ".bad", mine);
  file = mine;
  BOOST_TEST(eventually([&] { return says("another history"); }), unavailable_reason());
  BOOST_TEST(held() == "1 2 3");
}

BOOST_AUTO_TEST_SUITE_END()
