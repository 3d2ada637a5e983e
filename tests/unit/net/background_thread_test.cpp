// Work on another thread, in order, whose results come back to the loop.
#include "net/background_thread.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace worker::net;
using worker::base::SystemClock;

namespace {

struct Fixture {
  SystemClock clock;
  Loop loop{clock};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(side_thread_suite, Fixture)

BOOST_AUTO_TEST_CASE(work_runs_on_another_thread_and_its_result_on_the_loop) {
  BackgroundThread side(loop);
  std::thread::id worked_on, came_back_to;
  loop.post([&] {
    side.run([&] {
      worked_on = std::this_thread::get_id();
      return [&] {
        came_back_to = std::this_thread::get_id();
        loop.stop();
      };
    });
  });
  loop.run();
  BOOST_TEST((worked_on != std::this_thread::get_id()));
  BOOST_TEST((came_back_to == std::this_thread::get_id()));
}

BOOST_AUTO_TEST_CASE(keeps_the_order) {
  BackgroundThread side(loop);
  std::string order;
  for (const char name : {'a', 'b', 'c', 'd'}) {
    side.run([&, name] {
      return [&, name] {
        order.push_back(name);
        if (name == 'd') loop.stop();
      };
    });
  }
  loop.run();
  BOOST_TEST(order == "abcd");
}

BOOST_AUTO_TEST_CASE(no_thread_without_work) { BackgroundThread side(loop); }

BOOST_AUTO_TEST_SUITE_END()
