#include "api/stream_slots.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

using worker::api::StreamSlots;

BOOST_AUTO_TEST_SUITE(stream_slots_suite)

BOOST_AUTO_TEST_CASE(as_many_as_there_are) {
  StreamSlots slots(2);
  auto first = slots.take();
  const auto second = slots.take();
  BOOST_TEST(first.has_value());
  BOOST_TEST(second.has_value());
  BOOST_TEST(slots.used() == 2U);
  BOOST_TEST(!slots.take());
  BOOST_TEST(slots.used() == 2U);
  first.reset();
  BOOST_TEST(slots.used() == 1U);
  BOOST_TEST(slots.take().has_value());
  BOOST_TEST(slots.used() == 1U);
}

BOOST_AUTO_TEST_CASE(none_at_all) {
  StreamSlots slots(0);
  BOOST_TEST(!slots.take());
  BOOST_TEST(slots.used() == 0U);
}

BOOST_AUTO_TEST_CASE(moving_a_slot_frees_it_once) {
  StreamSlots slots(1);
  {
    auto slot = slots.take();
    const StreamSlots::Slot moved(std::move(*slot));
    slot.reset();
    BOOST_TEST(slots.used() == 1U);
  }
  BOOST_TEST(slots.used() == 0U);
}

BOOST_AUTO_TEST_CASE(never_more_than_there_are_from_many_threads) {
  StreamSlots slots(3);
  std::atomic<int> held = 0;
  std::atomic<bool> exceeded = false;
  const auto take_and_free = [&] {
    for (int i = 0; i < 5'000; ++i) {
      if (const auto slot = slots.take()) {
        if (++held > 3) exceeded = true;
        --held;
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back(take_and_free);
  for (auto& thread : threads) thread.join();
  BOOST_TEST(!exceeded);
  BOOST_TEST(slots.used() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
