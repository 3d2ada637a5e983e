#include "net/poller.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>

#include <boost/test/unit_test.hpp>
#include <functional>
#include <list>
#include <thread>

#include "support/manual_clock.hpp"
#include "support/socket_pair.hpp"

using namespace std::chrono_literals;
using namespace worker::net;
using worker::support::fill;
using worker::support::received;
using worker::support::SocketPair;

namespace {

struct NotingWatcher final : Watcher {
  int readable = 0;
  int writable = 0;
  std::function<void()> then = [] {};

  void on_ready(Ready ready) override {
    readable += ready.readable ? 1 : 0;
    writable += ready.writable ? 1 : 0;
    then();
  }
};

struct Fixture {
  worker::support::ManualClock clock;
  Turn turn{clock};
  Poller poller;
  SocketPair pair;
  NotingWatcher watcher;

  bool has_ready() { return poller.wait(worker::base::Instant::duration::zero()); }
  void dispatch() {
    if (has_ready()) poller.dispatch(turn);
  }
  void say(std::string_view text) const {
    BOOST_REQUIRE_EQUAL(::send(pair.theirs.get(), text.data(), text.size(), 0),
                        static_cast<ssize_t>(text.size()));
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(poller_suite, Fixture)

BOOST_AUTO_TEST_CASE(without_events_nothing_is_reported) {
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  BOOST_TEST(!has_ready());
  dispatch();
  BOOST_TEST(watcher.readable == 0);
  BOOST_TEST(watcher.writable == 0);
}

BOOST_AUTO_TEST_CASE(waits_at_least_as_long_as_it_was_told) {
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  for (const auto timeout : {300us, 2'500us}) {
    const auto begun = std::chrono::steady_clock::now();
    BOOST_TEST(!poller.wait(timeout));
    BOOST_TEST((std::chrono::steady_clock::now() - begun >= timeout));
  }
}

BOOST_AUTO_TEST_CASE(waits_for_what_comes_from_another_thread) {
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  // Not say(): Boost.Test may only be asked by one thread.
  std::thread other([&] { ::send(pair.theirs.get(), "a", 1, 0); });
  BOOST_TEST(poller.wait(std::nullopt));
  other.join();
  poller.dispatch(turn);
  BOOST_TEST(watcher.readable == 1);
}

BOOST_AUTO_TEST_CASE(edge_reports_each_change_once) {
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  say("a");
  BOOST_TEST(has_ready());
  dispatch();
  dispatch();
  BOOST_TEST(watcher.readable == 1);
  BOOST_TEST(!has_ready());
  say("b");
  dispatch();
  BOOST_TEST(watcher.readable == 2);
  BOOST_TEST(received(pair.ours.get()) == "ab");
}

BOOST_AUTO_TEST_CASE(bytes_that_came_before_adding_are_reported) {
  say("a");
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  dispatch();
  BOOST_TEST(watcher.readable == 1);
}

BOOST_AUTO_TEST_CASE(level_reports_until_the_bytes_are_read) {
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::level));
  say("a");
  for (int i = 0; i < 3; ++i) dispatch();
  BOOST_TEST(watcher.readable == 3);
  BOOST_TEST(received(pair.ours.get()) == "a");
  dispatch();
  BOOST_TEST(watcher.readable == 3);
}

BOOST_AUTO_TEST_CASE(writability_only_while_it_is_wanted) {
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  dispatch();
  BOOST_TEST(watcher.writable == 0);
  poller.want_writable(pair.ours.get(), watcher, true);
  dispatch();
  BOOST_TEST(watcher.writable == 1);  // at once, since it is
  BOOST_TEST(watcher.readable == 0);
  poller.want_writable(pair.ours.get(), watcher, false);
  fill(pair.ours.get());
  received(pair.theirs.get());
  dispatch();
  BOOST_TEST(watcher.writable == 1);
}

BOOST_AUTO_TEST_CASE(a_full_socket_becomes_writable_when_the_peer_reads) {
  pair.shrink_send_buffer();
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  BOOST_TEST(fill(pair.ours.get()) > 0U);
  poller.want_writable(pair.ours.get(), watcher, true);
  dispatch();
  BOOST_TEST(watcher.writable == 0);
  received(pair.theirs.get());
  dispatch();
  BOOST_TEST(watcher.writable == 1);
}

BOOST_AUTO_TEST_CASE(a_peer_that_leaves_is_readable_even_with_bytes_unread) {
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  say("a");
  dispatch();
  pair.theirs.reset();
  dispatch();
  BOOST_TEST(watcher.readable == 2);
}

BOOST_AUTO_TEST_CASE(a_peer_that_stops_sending_is_readable) {
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  ::shutdown(pair.theirs.get(), SHUT_WR);
  dispatch();
  BOOST_TEST(watcher.readable == 1);
}

BOOST_AUTO_TEST_CASE(removed_is_silent_and_may_come_back) {
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  say("a");
  poller.remove(pair.ours.get(), watcher);
  dispatch();
  BOOST_TEST(watcher.readable == 0);
  BOOST_TEST(!has_ready());
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  dispatch();
  BOOST_TEST(watcher.readable == 1);
}

BOOST_AUTO_TEST_CASE(one_watcher_removes_both_within_a_batch) {
  SocketPair other_pair;
  NotingWatcher other;
  const auto remove_both = [&] {
    poller.remove(pair.ours.get(), watcher);
    poller.remove(other_pair.ours.get(), other);
  };
  watcher.then = other.then = remove_both;
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::level));
  BOOST_REQUIRE(poller.add(other_pair.ours.get(), other, Poller::Trigger::level));
  say("a");
  ::send(other_pair.theirs.get(), "b", 1, 0);
  dispatch();
  BOOST_TEST(watcher.readable + other.readable == 1);
  dispatch();
  BOOST_TEST(watcher.readable + other.readable == 1);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_watched) {
  BOOST_TEST(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  BOOST_TEST(!poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  BOOST_TEST(!poller.add(-1, watcher, Poller::Trigger::edge));
  const worker::base::UniqueFd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  BOOST_TEST(!poller.add(file.get(), watcher, Poller::Trigger::edge));
}

BOOST_AUTO_TEST_CASE(unread_bytes_are_reported_again_on_request) {
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  say("a");
  dispatch();
  poller.again(pair.ours.get(), watcher, false);
  dispatch();
  BOOST_TEST(watcher.readable == 2);
  BOOST_TEST(watcher.writable == 0);
  BOOST_TEST(received(pair.ours.get()) == "a");
  poller.again(pair.ours.get(), watcher, false);
  dispatch();
  BOOST_TEST(watcher.readable == 2);
}

BOOST_AUTO_TEST_CASE(watchers_that_are_left_when_the_turn_is_over_are_called_in_the_next) {
  std::list<worker::base::UniqueFd> ready;
  std::list<NotingWatcher> watchers;
  for (int i = 0; i < 40; ++i) {
    ready.emplace_back(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
    watchers.emplace_back().then = [&] { clock.advance(Turn::share / 2); };
    BOOST_REQUIRE(poller.add(ready.back().get(), watchers.back(), Poller::Trigger::edge));
  }
  int turns = 0;
  for (; has_ready(); ++turns) {
    turn.begin();
    poller.dispatch(turn);
    BOOST_TEST((turn.taken() == Turn::share));
  }
  BOOST_TEST(turns == 20);
  for (const auto& each : watchers) BOOST_TEST(each.readable == 1);
}

BOOST_AUTO_TEST_CASE(a_watcher_that_is_removed_before_its_call_is_not_called) {
  NotingWatcher other;
  SocketPair other_pair;
  watcher.then = other.then = [&] { clock.advance(Turn::share); };
  BOOST_REQUIRE(poller.add(pair.ours.get(), watcher, Poller::Trigger::edge));
  BOOST_REQUIRE(poller.add(other_pair.ours.get(), other, Poller::Trigger::edge));
  say("a");
  ::send(other_pair.theirs.get(), "b", 1, 0);
  turn.begin();
  dispatch();
  BOOST_TEST(has_ready());
  BOOST_TEST(watcher.readable + other.readable == 1);
  poller.remove(pair.ours.get(), watcher);
  poller.remove(other_pair.ours.get(), other);
  turn.begin();
  dispatch();
  BOOST_TEST(!has_ready());
  BOOST_TEST(watcher.readable + other.readable == 1);
}

BOOST_AUTO_TEST_CASE(more_events_than_a_batch_are_reported_in_several) {
  std::list<worker::base::UniqueFd> ready;
  std::list<NotingWatcher> watchers;
  for (int i = 0; i < 600; ++i) {
    ready.emplace_back(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
    BOOST_REQUIRE(poller.add(ready.back().get(), watchers.emplace_back(), Poller::Trigger::edge));
  }
  int batches = 0;
  for (; has_ready(); ++batches) dispatch();
  BOOST_TEST(batches == 3);
  for (const auto& each : watchers) BOOST_TEST(each.readable == 1);
}

BOOST_AUTO_TEST_SUITE_END()
