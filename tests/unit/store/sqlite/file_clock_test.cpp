// The clocks of a file, without the file. What jumps mean for its events: clock_test.cpp.
#include "store/sqlite/file_clock.hpp"

#include <boost/test/unit_test.hpp>

#include "support/manual_clock.hpp"

using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  void set_wall(std::chrono::milliseconds by) {
    clock.set_wall(clock.wall() + std::chrono::duration_cast<worker::base::WallTime::duration>(by));
  }
  FileClock at(const char* boot = "boot") const { return {clock, boot}; }

  ManualClock clock;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(file_clock, Fixture)

BOOST_AUTO_TEST_CASE(it_rises_while_the_file_is_open) {
  const auto file = at();
  BOOST_TEST(file.reading().up_ms == 0);
  const auto then = clock.now();
  clock.advance(1'500ms);
  BOOST_TEST(file.reading().up_ms == 1'500);
  BOOST_TEST(file.up_ms(then) == 0);
  BOOST_TEST((file.instant(0) == then));
  // Nothing is from the future.
  BOOST_TEST((file.instant(9'999) == then));
}

BOOST_AUTO_TEST_CASE(it_continues_over_the_time_without_a_worker) {
  const auto before = at();
  clock.advance(5s);
  const auto recorded = before.reading();
  clock.advance(1h);
  auto next = at();
  BOOST_TEST(next.resume(recorded) == 0);
  BOOST_TEST(next.reading().up_ms == 5'000 + 3'600'000);
}

BOOST_AUTO_TEST_CASE(it_does_not_know_the_time_between_two_boots) {
  for (const char* boot : {"another", ""}) {
    const auto before = at();
    clock.advance(5s);
    const auto recorded = before.reading();
    clock.advance(1h);
    set_wall(1h);
    auto next = at(boot);
    BOOST_TEST(next.resume(recorded) == 0);
    BOOST_TEST(next.reading().up_ms == 5'000);
  }
}

BOOST_AUTO_TEST_CASE(a_clock_that_was_set_meanwhile) {
  for (const auto by : {-1'000, -999, 999, 1'000}) {
    const auto before = at();
    const auto recorded = before.reading();
    clock.advance(1min);
    set_wall(std::chrono::milliseconds(by));
    auto next = at();
    BOOST_TEST(next.resume(recorded) == (std::abs(by) == 1'000 ? by : 0));
  }
}

BOOST_AUTO_TEST_CASE(a_jump_is_reported_once) {
  auto file = at();
  BOOST_TEST(file.take_jump() == 0);
  set_wall(-1h);
  BOOST_TEST(file.take_jump() == -3'600'000);
  BOOST_TEST(file.take_jump() == 0);
  // What is corrected bit by bit adds up.
  set_wall(600ms);
  BOOST_TEST(file.take_jump() == 0);
  set_wall(600ms);
  BOOST_TEST(file.take_jump() == 1'200);
}

BOOST_AUTO_TEST_CASE(a_reading_is_recorded_once_a_minute) {
  auto file = at();
  clock.advance(59'999ms);
  BOOST_TEST(!file.is_record_due());
  clock.advance(1ms);
  BOOST_TEST(file.is_record_due());
  file.on_recorded();
  BOOST_TEST(!file.is_record_due());
}

BOOST_AUTO_TEST_SUITE_END()
