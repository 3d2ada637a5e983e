// Clocks that jump: nothing leaves the history because of a time that was wrong, and nothing stays in it for
// longer than it may.
#include <boost/test/unit_test.hpp>

#include "unit/store/sqlite/sqlite_restarts.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

constexpr auto years = 10 * 365 * 24h;

struct Fixture : SqliteRestarts {
  void jump(std::chrono::milliseconds by) {
    clock.set_wall(clock.wall() + std::chrono::duration_cast<worker::base::WallTime::duration>(by));
  }
  /// The machine starts again, after `downtime`, with a clock that is wrong by `by`.
  void boot(std::chrono::milliseconds downtime, std::chrono::milliseconds by) {
    end();
    Database(file).run("UPDATE hub SET boot='the one before'");
    clock.advance(downtime);
    jump(by);
    begin();
  }
  void crash() {
    end();
    begin();
  }
  /// What the file says of the clock is what the clock says.
  bool noticed() {
    const auto offset = in_file("SELECT wall_ms - mono_ms FROM hub");
    const auto steady = std::chrono::duration_cast<std::chrono::milliseconds>(clock.now().time_since_epoch());
    return std::abs(offset - (worker::base::unix_time(clock) - steady).count()) < 1'000;
  }
  /// After the time in which a clock may be corrected, and a look at it.
  bool evicted_after_a_while() {
    clock.advance(clock_distrust + 1s);
    return eventually([&] { return held().empty(); }, 3s);
  }
  bool held_after_a_while() {
    clock.advance(clock_distrust + 1s);
    // Two rounds of the writer.
    return !eventually([&] { return held().empty(); }, 2'500ms);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sqlite_clock, Fixture)

BOOST_AUTO_TEST_CASE(an_hour_ahead_at_boot_and_then_corrected) {
  publish("a");
  boot(1min, 2h);
  BOOST_TEST(held() == "1");
  clock.advance(1min);
  jump(-2h);
  BOOST_TEST(held_after_a_while());
  age(52min);
  BOOST_TEST(held() == "1");
  age(2min);
  BOOST_TEST(held() == "");
}

BOOST_AUTO_TEST_CASE(ten_years_ahead_at_boot_and_then_corrected) {
  publish("a");
  boot(1min, years);
  publish("a");
  BOOST_TEST(held() == "1 2");
  jump(-years);
  BOOST_TEST(eventually([&] { return noticed(); }));
  BOOST_TEST(held_after_a_while());
  BOOST_TEST(held() == "1 2");
  // What was dated by the wrong clock is dated by the right one now.
  boot(10min, 0s);
  BOOST_TEST(held_after_a_while());
  BOOST_TEST(held() == "1 2");
  boot(1h, 0s);
  BOOST_TEST(held() == "1 2");
  BOOST_TEST(evicted_after_a_while());
}

BOOST_AUTO_TEST_CASE(at_the_beginning_of_time_until_the_network_answers) {
  publish("a");
  boot(2h, -years);
  BOOST_TEST(held() == "1");
  jump(years);
  BOOST_TEST(evicted_after_a_while());
}

BOOST_AUTO_TEST_CASE(an_hour_of_real_downtime) {
  publish("a");
  boot(61min, 0s);
  BOOST_TEST(held() == "1");
  BOOST_TEST(evicted_after_a_while());
}

BOOST_AUTO_TEST_CASE(the_same_boot_knows_at_once) {
  publish("a");
  end();
  clock.advance(59min);
  jump(-years);
  begin();
  BOOST_TEST(held() == "1");
  end();
  clock.advance(2min);
  jump(2 * years);
  begin();
  BOOST_TEST(held() == "");
}

BOOST_AUTO_TEST_CASE(jumps_while_it_runs) {
  publish("a");
  for (const auto by : {std::chrono::hours(1), std::chrono::hours(-2), std::chrono::hours(years)}) {
    jump(by);
    publish("a");
    BOOST_TEST(eventually([&] { return noticed(); }));
    event_log().expire();
  }
  BOOST_TEST(held() == "1 2 3 4");
  crash();
  BOOST_TEST(held_after_a_while());
  boot(1min, 0s);
  BOOST_TEST(held_after_a_while());
  BOOST_TEST(held() == "1 2 3 4");
}

BOOST_AUTO_TEST_CASE(jumps_between_two_lives_of_one_boot) {
  publish("a");
  end();
  jump(3h);
  begin();
  BOOST_TEST(held_after_a_while());
  end();
  jump(-6h);
  begin();
  BOOST_TEST(held_after_a_while());
  boot(1min, 0s);
  BOOST_TEST(held_after_a_while());
}

// Retention is a promise: whatever the clock says, and however often the worker starts anew.
BOOST_AUTO_TEST_CASE(nothing_is_immortal) {
  jump(years);
  publish("a");
  boot(0s, -2 * years);
  int lives = 0;
  for (; !held().empty() && lives < 30; ++lives) {
    clock.advance(4min);
    // What ran is in the file with the next thing that is written.
    publish("b");
    boot(0s, 0s);
    event_log().expire();
    if (event_log().read_all(0, 1).at(0)->topics().front() != "a") break;
  }
  BOOST_TEST(lives >= 14);
  BOOST_TEST(lives <= 17);
}

// --- the file ---

BOOST_AUTO_TEST_CASE(times_are_unix_time) {
  publish("a");
  const auto now = worker::base::unix_time(clock).count();
  BOOST_TEST(in_file("SELECT at_ms FROM events") == now);
  jump(1h);
  BOOST_TEST(eventually([&] { return in_file("SELECT at_ms FROM events") == now + 3'600'000; }));
}

BOOST_AUTO_TEST_CASE(a_file_of_the_third_schema) {
  publish("a");
  end();
  Database(file).run(
      "ALTER TABLE events DROP COLUMN private; ALTER TABLE events DROP COLUMN up_ms; ALTER TABLE hub DROP "
      "COLUMN up_ms; ALTER TABLE hub DROP COLUMN "
      "boot;"
      "ALTER TABLE hub DROP COLUMN mono_ms; ALTER TABLE hub DROP COLUMN wall_ms; PRAGMA user_version=3");
  clock.advance(61min);
  begin();
  BOOST_TEST(held() == "1");
  BOOST_TEST(publish("b") == "life1-2");
  clock.advance(clock_distrust + 1s);
  BOOST_TEST(eventually([&] { return held() == "2"; }));
}

BOOST_AUTO_TEST_SUITE_END()
