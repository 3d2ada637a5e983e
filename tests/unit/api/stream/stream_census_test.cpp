// The census: ages and unread bytes of all streams, a bounded number of them at a time.
#include "api/stream/stream_census.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <numeric>
#include <vector>

#include "support/manual_clock.hpp"

using namespace std::chrono_literals;
using namespace worker;
using namespace worker::api;

namespace {

const log::Subscription nothing;

struct Open final : OpenStream {
  Open(base::Instant since, int& looked, std::size_t unread)
      : OpenStream(since), looked_at(looked), bytes(unread) {}
  std::string_view subject() const override { return {}; }
  const log::Subscription& topics() const override { return nothing; }
  std::size_t waiting_bytes() const override { return 0; }
  std::size_t unread_bytes() const override {
    ++looked_at;
    return bytes;
  }
  void revoke() override {}

  int& looked_at;
  std::size_t bytes;
};

struct Fixture {
  Fixture() { census.start(); }

  void open(int count, std::chrono::seconds age = 0s, std::size_t unread = 0) {
    for (int i = 0; i < count; ++i) {
      opened.push_back(std::make_unique<Open>(clock.now() - age, looked, unread));
      streams.add(*opened.back());
    }
  }
  /// How many streams were looked at.
  int tick() {
    const auto before = looked;
    clock.advance(1s);
    timers.fire_due();
    return looked - before;
  }
  std::vector<std::int64_t> ages() const {
    std::vector<std::int64_t> all;
    for (const auto* each : metrics.by_age) all.push_back(each->value());
    return all;
  }
  std::int64_t all() const {
    const auto each = ages();
    return std::accumulate(each.begin(), each.end(), std::int64_t{0});
  }
  using Ages = std::vector<std::int64_t>;

  int looked = 0;
  support::ManualClock clock;
  net::Timers timers{clock};
  metrics::Registry registry;
  StreamMetrics metrics{registry};
  OpenStreams streams;
  StreamCensus census{streams, timers, metrics};
  std::vector<std::unique_ptr<Open>> opened;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stream_census_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_classes_of_age_and_their_edges) {
  tick();
  BOOST_TEST(ages() == (Ages{0, 0, 0, 0, 0}), boost::test_tools::per_element());
  for (const auto age : {0s, 58s, 59s, 598s, 599s, 3'598s, 3'599s, 86'398s, 86'399s, 8'000'000s})
    open(1, age);
  tick();  // a second later
  BOOST_TEST(ages() == (Ages{2, 2, 2, 2, 2}), boost::test_tools::per_element());
  tick();
  BOOST_TEST(ages() == (Ages{1, 2, 2, 2, 3}), boost::test_tools::per_element());
  opened.clear();
  BOOST_TEST(all() == 10);
  tick();
  BOOST_TEST(all() == 0);
}

BOOST_AUTO_TEST_CASE(unread_bytes) {
  open(3, 0s, 1'000);
  open(1, 0s, 5);
  tick();
  BOOST_TEST(metrics.unread_bytes.value() == 3'005);
  opened[0]->bytes = 7;
  opened.pop_back();
  tick();
  BOOST_TEST(metrics.unread_bytes.value() == 2'007);
}

BOOST_AUTO_TEST_CASE(a_thousand_at_a_time) {
  open(2'500, 0s, 2);
  for (int round = 1; round <= 3; ++round) {
    BOOST_TEST(tick() == 1'000);
    BOOST_TEST(tick() == 1'000);
    BOOST_TEST(all() == (round == 1 ? 0 : 2'500), "the metrics are those of the last whole round");
    BOOST_TEST(tick() == 500);
    BOOST_TEST(all() == 2'500);
    BOOST_TEST(metrics.unread_bytes.value() == 5'000);
  }
}

BOOST_AUTO_TEST_CASE(streams_that_come_and_go_during_a_round) {
  open(1'500);
  tick();
  // Those that were seen count in this round; the ones that come do, too.
  opened.erase(opened.begin() + 900, opened.begin() + 1'100);
  open(300);
  BOOST_TEST(tick() == 700);
  BOOST_TEST(all() == 1'700);
  tick();
  tick();
  BOOST_TEST(all() == 1'600);
  opened.clear();
  tick();
  BOOST_TEST(all() == 0);
}

BOOST_AUTO_TEST_CASE(fewer_where_a_turn_is_over_before) {
  struct Slow : base::Clock {
    base::Instant now() const noexcept override { return at += 500us; }
    base::WallTime wall() const noexcept override { return {}; }
    mutable base::Instant at{1h};
  } slow;
  net::Timers slow_timers{slow};
  StreamCensus other(streams, slow_timers, metrics);
  open(2'000);
  other.start();
  slow.at += 1s;
  slow_timers.fire_due();
  BOOST_TEST(looked > 0);
  BOOST_TEST(looked < 500);
}

BOOST_AUTO_TEST_CASE(several_loops_add_up) {
  OpenStreams others;
  StreamCensus other(others, timers, metrics);
  other.start();
  open(5);
  Open there(clock.now(), looked, 9);
  others.add(there);
  tick();
  BOOST_TEST(all() == 6);
  BOOST_TEST(metrics.unread_bytes.value() == 9);
}

// The list of streams that an operator sees, and may end, has the streams and nothing else.
BOOST_AUTO_TEST_CASE(others_see_all_streams_whatever_was_visited) {
  open(120);
  for (int i = 0; i < 5; ++i) {
    streams.visit_next(50, [](const OpenStream&) {});
    std::size_t seen = 0;
    streams.each([&](const OpenStream& stream) { BOOST_TEST(&stream == opened[seen++].get()); });
    BOOST_TEST(seen == 120U);
  }
  BOOST_TEST(streams.revoke([](const OpenStream&) { return true; }, 1'000) == 120U);
  tick();
  BOOST_TEST(all() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
