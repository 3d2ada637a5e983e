// The loop with real time and real threads: every wait ends by an event, none by a fixed time.
#include "net/loop.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstring>
#include <functional>
#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/manual_clock.hpp"
#include "support/socket_pair.hpp"

using namespace std::chrono_literals;
using namespace worker::net;
using worker::base::SystemClock;
using worker::support::received;
using worker::support::SocketPair;

namespace {

struct Answerer final : Watcher {
  Answerer(Loop& watched, int fd) : loop(watched), socket(fd) {}
  void on_ready(Ready /*ready*/) override {
    heard += received(socket);
    if (heard.ends_with(".")) loop.stop();
  }
  Loop& loop;
  int socket;
  std::string heard;
};

struct Fixture {
  SystemClock clock;
  Loop loop{clock};
};

struct ByHand {
  worker::support::ManualClock clock;
  Loop loop{clock};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(loop_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_task_posted_from_another_thread_runs_on_the_loops_thread) {
  std::thread::id ran_on;
  std::thread other([&] {
    loop.post([&] {
      ran_on = std::this_thread::get_id();
      loop.stop();
    });
  });
  loop.run();
  other.join();
  BOOST_TEST((ran_on == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(a_task_that_comes_while_the_loop_waits_wakes_it) {
  std::promise<void> running;
  loop.post([&] { running.set_value(); });
  std::thread other([&] {
    running.get_future().wait();
    // Now it waits, or is about to.
    for (int i = 0; i < 1'000; ++i) {
      std::promise<void> done;
      loop.post([&] { done.set_value(); });
      done.get_future().wait();
    }
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  other.join();
}

BOOST_AUTO_TEST_CASE(tasks_that_post_tasks_leave_the_sockets_their_turns) {
  SocketPair pair;
  Answerer answerer(loop, pair.ours.get());
  BOOST_REQUIRE(loop.poller().add(pair.ours.get(), answerer, Poller::Trigger::edge));
  std::function<void()> again = [&] { loop.post(again); };
  again();
  ::send(pair.theirs.get(), ".", 1, 0);
  loop.run();
  BOOST_TEST(answerer.heard == ".");
}

BOOST_AUTO_TEST_CASE(what_is_left_at_the_stop_does_not_run) {
  bool ran = false;
  loop.post([&] { loop.stop(); });
  loop.post([&] { ran = true; });
  loop.run();
  BOOST_TEST(!ran);
}

BOOST_AUTO_TEST_CASE(a_loop_that_was_stopped_does_not_begin) {
  loop.stop();
  loop.run();
}

BOOST_AUTO_TEST_CASE(posts_keep_their_order_and_none_is_lost) {
  std::vector<int> seen;
  constexpr int posts = 10'000;
  std::thread other([&] {
    for (int i = 0; i < posts; ++i) {
      loop.post([&, i] {
        seen.push_back(i);
        if (i == posts - 1) loop.stop();
      });
    }
  });
  loop.run();
  other.join();
  BOOST_REQUIRE_EQUAL(seen.size(), static_cast<std::size_t>(posts));
  for (int i = 0; i < posts; ++i) BOOST_REQUIRE_EQUAL(seen[static_cast<std::size_t>(i)], i);
}

BOOST_AUTO_TEST_CASE(knows_its_thread) {
  BOOST_TEST(loop.on_thread());
  bool inside = false;
  bool outside = true;
  loop.post([&] {
    inside = loop.on_thread();
    std::thread([&] { outside = loop.on_thread(); }).join();
    loop.stop();
  });
  loop.run();
  BOOST_TEST(inside);
  BOOST_TEST(!outside);
  BOOST_TEST(loop.on_thread());
}

BOOST_AUTO_TEST_CASE(timers_fire_earliest_first_also_when_armed_later) {
  std::string fired;
  Timer late(loop.timers(), [&] {
    fired += 'l';
    loop.stop();
  });
  Timer soon(loop.timers(), [&] { fired += 's'; });
  Timer never(loop.timers(), [&] { fired += 'n'; });
  never.arm_in(1h);
  late.arm_in(2ms);
  loop.post([&] { soon.arm_in(1ms); });
  loop.run();
  BOOST_TEST(fired == "sl");
}

BOOST_AUTO_TEST_CASE(a_timer_that_rearms_for_now_does_not_block_the_loop) {
  int rounds = 0;
  Timer greedy(loop.timers(), [&] {
    ++rounds;
    greedy.arm(clock.now());
  });
  greedy.arm(clock.now());
  SocketPair pair;
  Answerer answerer(loop, pair.ours.get());
  BOOST_REQUIRE(loop.poller().add(pair.ours.get(), answerer, Poller::Trigger::edge));
  std::thread other([&] { loop.post([&] { ::send(pair.theirs.get(), ".", 1, 0); }); });
  loop.run();
  other.join();
  BOOST_TEST(answerer.heard == ".");
  BOOST_TEST(rounds > 0);
}

BOOST_AUTO_TEST_CASE(sockets_are_served) {
  SocketPair pair;
  Answerer answerer(loop, pair.ours.get());
  BOOST_REQUIRE(loop.poller().add(pair.ours.get(), answerer, Poller::Trigger::edge));
  std::thread other([&] {
    for (const auto* word : {"one ", "two ", "three."}) ::send(pair.theirs.get(), word, std::strlen(word), 0);
  });
  loop.run();
  other.join();
  BOOST_TEST(answerer.heard == "one two three.");
}

BOOST_AUTO_TEST_CASE(each_signal_reaches_the_handler) {
  std::vector<int> seen;
  loop.on_signals({SIGUSR2, SIGHUP}, [&](int signal) {
    seen.push_back(signal);
    if (signal == SIGHUP) return loop.stop();
    ::raise(seen.size() < 3 ? SIGUSR2 : SIGHUP);
  });
  loop.post([] { ::raise(SIGUSR2); });
  loop.run();
  BOOST_TEST((seen == std::vector<int>{SIGUSR2, SIGUSR2, SIGUSR2, SIGHUP}));
}

BOOST_AUTO_TEST_CASE(a_signal_reaches_the_handler_whichever_thread_got_it) {
  int seen = 0;
  loop.on_signals({SIGUSR2}, [&](int signal) {
    seen = signal;
    loop.stop();
  });
  std::thread other([] { ::pthread_kill(::pthread_self(), SIGUSR2); });
  loop.run();
  other.join();
  BOOST_TEST(seen == SIGUSR2);
}

BOOST_AUTO_TEST_CASE(signals_do_again_what_they_did_before_when_the_loop_is_gone) {
  struct sigaction before {};
  ::sigaction(SIGUSR2, nullptr, &before);
  {
    Loop other(clock);
    other.on_signals({SIGUSR2}, [](int) {});
    struct sigaction meanwhile {};
    ::sigaction(SIGUSR2, nullptr, &meanwhile);
    BOOST_TEST((meanwhile.sa_handler != before.sa_handler));
  }
  struct sigaction after {};
  ::sigaction(SIGUSR2, nullptr, &after);
  BOOST_TEST((after.sa_handler == before.sa_handler));
}

BOOST_AUTO_TEST_CASE(an_exception_in_a_callback_leaves_through_run) {
  loop.post([] { throw std::runtime_error("a bug"); });
  BOOST_CHECK_THROW(loop.run(), std::runtime_error);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(loop_by_hand_suite, ByHand)

BOOST_AUTO_TEST_CASE(one_turn_runs_what_is_ready) {
  std::string done;
  loop.post([&] {
    done += 'p';
    loop.post([&] { done += 'q'; });
  });
  Timer timer(loop.timers(), [&] { done += 't'; });
  timer.arm_in(1s);
  loop.run_ready();
  BOOST_TEST(done == "pq");
  clock.advance(1s);
  loop.run_ready();
  loop.run_ready();
  BOOST_TEST(done == "pqt");
}

BOOST_AUTO_TEST_SUITE_END()
