// LoopThread: which thread may use a loop, and that the process ends if another thread does.
#include "net/loop_thread.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <functional>
#include <thread>

#include "net/loop.hpp"
#include "support/manual_clock.hpp"
#include "support/socket_pair.hpp"

using namespace std::chrono_literals;
using namespace worker::net;

namespace {

struct Idle final : Watcher {
  void on_ready(Ready /*ready*/) override {}
};

// Runs `call` in a child process whose loop is served by another thread; the signal that ended the child, 0
// if none did.
int signal_of(const std::function<void(Loop&, Timer&)>& call) {
  const auto child = ::fork();
  if (child == 0) {
    ::close(STDERR_FILENO);
    std::signal(SIGABRT, SIG_DFL);
    worker::support::ManualClock clock;
    Loop loop(clock);
    Timer timer(loop.timers(), [] {});
    std::thread([&] {
      // From inside run(): then the thread serves the loop, and waits for the call.
      loop.post([&] {
        std::thread([&] { call(loop, timer); }).join();
        loop.stop();
      });
      loop.run();
    }).join();
    ::_exit(0);
  }
  int status = 0;
  BOOST_REQUIRE_EQUAL(::waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loop_thread_suite)

BOOST_AUTO_TEST_CASE(current_on_every_thread_while_none_serves) {
  LoopThread thread;
  BOOST_TEST(thread.is_current());
  bool elsewhere = true;
  {
    const LoopThread::Scope here(thread);
    BOOST_TEST(thread.is_current());
    std::thread([&] { elsewhere = thread.is_current(); }).join();
    BOOST_TEST(!elsewhere);
  }
  std::thread([&] { elsewhere = thread.is_current(); }).join();
  BOOST_TEST(elsewhere);
  BOOST_TEST(LoopThread::none().is_current());
}

BOOST_AUTO_TEST_CASE(a_call_from_another_thread_ends_the_process) {
  const worker::support::SocketPair pair;
  Idle idle;
  BOOST_TEST(signal_of([](Loop& loop, Timer&) { loop.assert_on_thread(); }) == SIGABRT);
  BOOST_TEST(signal_of([](Loop& loop, Timer&) { loop.stop(); }) == SIGABRT);
  BOOST_TEST(signal_of([](Loop&, Timer& timer) { timer.arm_in(1s); }) == SIGABRT);
  BOOST_TEST(signal_of([](Loop&, Timer& timer) { timer.cancel(); }) == SIGABRT);
  BOOST_TEST(signal_of([](Loop& loop, Timer&) { loop.timers().fire_due(); }) == SIGABRT);
  BOOST_TEST(signal_of([&](Loop& loop, Timer&) {
               (void)loop.poller().add(pair.ours.get(), idle, Poller::Trigger::edge);
             }) == SIGABRT);
  BOOST_TEST(signal_of([&](Loop& loop, Timer&) { loop.poller().remove(pair.ours.get(), idle); }) == SIGABRT);
}

BOOST_AUTO_TEST_CASE(posting_and_the_clock_are_for_every_thread) {
  BOOST_TEST(signal_of([](Loop& loop, Timer&) {
               loop.post([] {});
               (void)loop.timers().now();
             }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
