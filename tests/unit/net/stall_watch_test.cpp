#include "net/stall_watch.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

#include "support/manual_clock.hpp"
#include "support/socket_pair.hpp"

using namespace worker::net;
using namespace std::chrono_literals;
using worker::support::fill;
using worker::support::ManualClock;
using worker::support::received;
using worker::support::SocketPair;

namespace {

struct Fixture {
  ManualClock clock;
  Timers timers{clock};
  StallWatch watch{timers, 20s};
  std::string stalled;

  struct Full {
    Full(Fixture& owner, char name) : watched(pair.ours.get(), [&owner, name] { owner.stalled += name; }) {
      fill(pair.ours.get());
      owner.watch.watch(watched);
    }
    SocketPair pair;
    StallWatch::Watched watched;
  };

  void advance(std::chrono::milliseconds by) {
    clock.advance(by);
    timers.fire_due();
  }
  /// Second by second, as a loop would.
  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) advance(1s);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stall_watch_suite, Fixture)

BOOST_AUTO_TEST_CASE(after_the_bound_and_not_before) {
  Full a(*this, 'a');
  pass(19);
  BOOST_TEST(stalled == "");
  advance(1s);
  BOOST_TEST(stalled == "a");
  pass(60);
  BOOST_TEST(stalled == "a");
}

// It reads long before the kernel reports the socket as writable.
BOOST_AUTO_TEST_CASE(a_peer_that_reads_a_little_at_times_does_not_stall) {
  Full a(*this, 'a');
  for (int i = 0; i < 8; ++i) {
    pass(15);
    BOOST_TEST(received(a.pair.theirs.get(), 4'096).size() == 4'096U);
  }
  BOOST_TEST(stalled == "");
  pass(25);
  BOOST_TEST(stalled == "a");
}

BOOST_AUTO_TEST_CASE(being_watched_again_begins_anew) {
  Full a(*this, 'a');
  pass(19);
  watch.watch(a.watched);
  pass(19);
  BOOST_TEST(stalled == "");
  advance(1s);
  BOOST_TEST(stalled == "a");
}

BOOST_AUTO_TEST_CASE(each_has_its_own_time) {
  Full a(*this, 'a');
  pass(3);
  auto b = std::make_unique<Full>(*this, 'b');
  pass(3);
  auto c = std::make_unique<Full>(*this, 'c');
  Full d(*this, 'd');
  b.reset();  // it drained, or left
  pass(14);
  BOOST_TEST(stalled == "a");
  received(c->pair.theirs.get());
  pass(6);
  BOOST_TEST(stalled == "ad");
  pass(30);
  BOOST_TEST(stalled == "adc");
}

BOOST_AUTO_TEST_CASE(it_may_be_destroyed_when_it_stalls) {
  struct Owner {
    explicit Owner(StallWatch& watch)
        : watched(std::make_unique<StallWatch::Watched>(pair.ours.get(), [this] { watched.reset(); })) {
      fill(pair.ours.get());
      watch.watch(*watched);
    }
    SocketPair pair;
    std::unique_ptr<StallWatch::Watched> watched;
  };
  const Owner first(watch);
  const Owner second(watch);
  for (int i = 0; i < 4; ++i) advance(5s);
  BOOST_TEST(!first.watched);
  BOOST_TEST(!second.watched);
}

BOOST_AUTO_TEST_CASE(a_new_bound_applies_to_watched_sockets) {
  Full a(*this, 'a');
  advance(4s);
  watch.set_bound(4s);
  advance(0s);
  BOOST_TEST(stalled == "a");
  Full b(*this, 'b');
  watch.set_bound(1h);
  for (int i = 0; i < 59; ++i) advance(1min);
  BOOST_TEST(stalled == "a");
  advance(1min);
  BOOST_TEST(stalled == "ab");
}

BOOST_AUTO_TEST_CASE(without_sockets_no_timer_is_armed) {
  {
    const Full a(*this, 'a');
    BOOST_TEST(timers.next().has_value());
  }
  advance(5s);
  BOOST_TEST(!timers.next().has_value());
}

BOOST_AUTO_TEST_CASE(unread_bytes_of_a_socket) {
  const SocketPair pair;
  BOOST_TEST(unread_bytes(pair.ours.get()) == 0);
  BOOST_TEST(::send(pair.ours.get(), "x", 1, 0) == 1);
  BOOST_TEST(unread_bytes(pair.ours.get()) > 0);
  received(pair.theirs.get());
  BOOST_TEST(unread_bytes(pair.ours.get()) == 0);
  BOOST_TEST(unread_bytes(-1) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
