#include "base/run_threads.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>

using worker::base::run_threads;

namespace {

// A loop as a lane has it: runs until it is stopped, also if it is stopped before it runs.
struct StubLoop {
  void run() {
    std::unique_lock lock(mutex);
    thread = std::this_thread::get_id();
    changed.wait(lock, [&] { return stopped; });
  }
  void stop() {
    const std::lock_guard lock(mutex);
    stopped = true;
    changed.notify_all();
  }

  std::mutex mutex;
  std::condition_variable changed;
  bool stopped = false;
  std::thread::id thread;
};

struct Fixture {
  // The one numbered `failing` throws instead of running; the others can only end by being stopped.
  void run(std::size_t failing) {
    std::vector<std::function<void()>> runs;
    for (std::size_t i = 0; i < std::size(loops); ++i) {
      runs.emplace_back([this, i, failing] {
        if (i == failing) throw std::runtime_error("broken");
        loops[i].run();
      });
    }
    run_threads(runs, [this] {
      ++stops;
      for (auto& loop : loops) loop.stop();
    });
  }

  StubLoop loops[3];
  std::atomic<int> stops = 0;
};

bool says_broken(const std::runtime_error& error) { return std::string(error.what()) == "broken"; }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(run_together_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_first_fails) {
  BOOST_CHECK_EXCEPTION(run(0), std::runtime_error, says_broken);
  BOOST_TEST(stops == 1);
}

BOOST_AUTO_TEST_CASE(another_fails) {
  BOOST_CHECK_EXCEPTION(run(2), std::runtime_error, says_broken);
  BOOST_TEST(stops == 1);
}

BOOST_AUTO_TEST_CASE(all_fail) {
  const std::vector<std::function<void()>> runs(3, [] { throw std::runtime_error("broken"); });
  BOOST_CHECK_EXCEPTION(run_threads(runs, [&] { ++stops; }), std::runtime_error, says_broken);
  BOOST_TEST(stops == 3);
}

BOOST_AUTO_TEST_CASE(none_fails) {
  std::atomic<int> ran = 0;
  run_threads(std::vector<std::function<void()>>(3, [&] { ++ran; }), [&] { ++stops; });
  BOOST_TEST(ran == 3);
  BOOST_TEST(stops == 0);
}

BOOST_AUTO_TEST_CASE(the_first_runs_on_the_calling_thread) {
  for (auto& loop : loops) loop.stop();
  run(3);
  BOOST_TEST((loops[0].thread == std::this_thread::get_id()));
  BOOST_TEST((loops[1].thread != std::this_thread::get_id()));
  BOOST_TEST((loops[1].thread != loops[2].thread));
}

BOOST_AUTO_TEST_CASE(nothing_to_run) {
  run_threads({}, [] {});
}

BOOST_AUTO_TEST_SUITE_END()
