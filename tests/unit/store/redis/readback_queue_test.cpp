// When an append that Redis has taken is answered, and how much it counts until then.
#include "store/redis/readback_queue.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/drafts.hpp"
#include "support/manual_clock.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  /// An append of `count` drafts that Redis took, the last of them at `last`.
  void add(RedisPosition last, int count = 1) {
    std::vector<Draft> drafts;
    std::vector<Kept> results;
    for (int i = 0; i < count; ++i) {
      drafts.push_back(draft("a", std::string(1'000, 'x')));
      results.emplace_back("id" + std::to_string(++ids));
    }
    appends.push(
        std::move(drafts),
        [this](const std::vector<Kept>& answered) {
          for (const auto& each : answered) answers += told(each) + " ";
        },
        true);
    auto taken = appends.take(0ms).value();
    readback.add(taken, std::move(results), last, now);
  }
  std::string complete() {
    readback.complete(now);
    return std::exchange(answers, {});
  }

  ManualClock clock;
  worker::log::Log log{Settings(), "epoch", clock};
  AppendQueue appends{log};
  ReadbackQueue readback{appends};
  ReadbackQueue::Time now{1h};
  int ids = 0;
  std::string answers;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(readback_queue, Fixture)

BOOST_AUTO_TEST_CASE(answers_when_the_position_reaches_the_last_event) {
  readback.set_position({7, 4});
  add({7, 5});
  add({7, 6}, 2);
  BOOST_TEST(complete() == "");
  readback.set_position({7, 5});
  BOOST_TEST(complete() == "id1 ");
  BOOST_TEST(!readback.empty());
  readback.set_position({7, 6});
  BOOST_TEST(complete() == "id2 id3 ");
  BOOST_TEST(readback.empty());
}

BOOST_AUTO_TEST_CASE(answers_at_once_what_was_read_before_it_was_added) {
  readback.set_position({7, 5});
  add({7, 5});
  BOOST_TEST(complete() == "id1 ");
}

BOOST_AUTO_TEST_CASE(a_later_epoch_is_behind_every_number_of_the_one_before) {
  add({7, 1'000});
  add({8, 1});
  readback.set_position({7, 2'000});
  BOOST_TEST(complete() == "id1 ");
  readback.set_position({8, 1});
  BOOST_TEST(complete() == "id2 ");
  add({7, 1'000});
  BOOST_TEST(complete() == "id3 ");
}

BOOST_AUTO_TEST_CASE(answers_after_the_timeout_and_not_before) {
  add({7, 5});
  now += ReadbackQueue::timeout - 1ns;
  BOOST_TEST(complete() == "");
  now += 1ns;
  BOOST_TEST(complete() == "id1 ");
}

BOOST_AUTO_TEST_CASE(complete_all_waits_for_nothing) {
  add({7, 5});
  add({9, 1});
  readback.complete_all();
  BOOST_TEST(answers == "id1 id2 ");
  BOOST_TEST(readback.empty());
}

BOOST_AUTO_TEST_CASE(only_results_count_until_they_are_answered) {
  add({7, 5}, 10);
  const auto waiting = appends.backlog().bytes;
  BOOST_TEST(waiting > 0U);
  BOOST_TEST(waiting < 10'000U);
  readback.set_position({7, 5});
  complete();
  BOOST_TEST(appends.backlog().bytes == 0U);
}

BOOST_AUTO_TEST_CASE(waits_for_the_position) {
  BOOST_TEST(!readback.wait({7, 5}, 1ms));
  readback.set_position({7, 4});
  BOOST_TEST(!readback.wait({7, 5}, 1ms));
  BOOST_TEST(readback.wait({7, 4}, 1ms));
  BOOST_TEST(readback.wait({6, 9}, 1ms));
  std::jthread reader([&] { readback.set_position({7, 5}); });
  BOOST_TEST(readback.wait({7, 5}, 1h));
}

BOOST_AUTO_TEST_SUITE_END()
