// Redis has a clock of its own, which may be wrong or jump: the events that a worker finds there at its
// start.
#include <boost/test/unit_test.hpp>

#include "support/manual_clock.hpp"
#include "unit/store/redis/redis_fixture.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : RedisFixture {
  std::unique_ptr<worker::support::EventLog> timed_worker() { return worker(server.address(), manual); }
  /// As if Redis had taken it so long ago by its clock as it is now.
  void dated(const char* number, std::chrono::milliseconds ago) {
    RedisConnection redis(server.settings());
    const auto at = std::chrono::duration_cast<std::chrono::milliseconds>(
                        std::chrono::system_clock::now().time_since_epoch()) -
                    ago;
    redis.ask({"XADD", "{sse-worker}:events", fmt::format("{}-{}", life, number), "topics", "a", "event",
               "data: x\n", "at", std::to_string(at.count())});
    redis.ask({"HSET", "{sse-worker}:cluster", "last", number});
  }
  void begin_life() {
    auto first = timed_worker();
    publish(*first, "a");
    life = std::stoull(first->id_of(0), nullptr, 16);
  }
  std::uint64_t life = 0;
  ManualClock manual;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(redis_clock, Fixture)

// Redis may be an hour ahead, or the events an hour old: it is seen once its clock had time to be corrected.
BOOST_AUTO_TEST_CASE(what_seems_old_at_the_start_is_held_for_a_while) {
  begin_life();
  dated("2", 2h);
  dated("3", 10 * 365 * 24h);
  dated("4", 10min);
  const auto event_log = timed_worker();
  event_log->expire();
  BOOST_TEST(held(*event_log) == "1 2 3 4");
  BOOST_TEST(publish(*event_log, "a") == event_log->id_of(5));
  manual.advance(clock_distrust + 1s);
  // The first one is the youngest: what is before it goes with it.
  BOOST_TEST(eventually([&] { return event_log->stats().age > clock_distrust; }));
  BOOST_TEST(held(*event_log) == "1 2 3 4 5");
  manual.advance(54min);
  event_log->expire();
  BOOST_TEST(held(*event_log) == "1 2 3 4 5");
  manual.advance(2min);
  event_log->expire();
  BOOST_TEST(held(*event_log) == "");
}

BOOST_AUTO_TEST_CASE(what_is_old_goes_after_a_while) {
  begin_life();
  { RedisConnection(server.settings()).ask({"XTRIM", "{sse-worker}:events", "MAXLEN", "0"}); }
  dated("2", 61min);
  dated("3", 10min);
  const auto event_log = timed_worker();
  BOOST_TEST(held(*event_log) == "2 3");
  manual.advance(clock_distrust + 1s);
  BOOST_TEST(eventually([&] { return held(*event_log) == "3"; }));
}

BOOST_AUTO_TEST_CASE(what_is_dated_in_the_future_is_not_immortal) {
  begin_life();
  dated("2", -10 * 365 * 24h);
  const auto event_log = timed_worker();
  BOOST_TEST(held(*event_log) == "1 2");
  manual.advance(59min);
  event_log->expire();
  BOOST_TEST(held(*event_log) == "1 2");
  manual.advance(2min);
  event_log->expire();
  BOOST_TEST(held(*event_log) == "");
}

BOOST_AUTO_TEST_SUITE_END()
