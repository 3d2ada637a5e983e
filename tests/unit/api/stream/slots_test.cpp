#include "api/stream/slots.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "support/addresses.hpp"

using worker::api::StreamSlots;
using namespace std::chrono_literals;
using namespace worker::support;
using Reason = StreamSlots::Refused::Reason;

namespace {

const auto here = address("127.0.0.1");
const worker::base::Instant now{1h};

}  // namespace

BOOST_AUTO_TEST_SUITE(stream_slots_suite)

BOOST_AUTO_TEST_CASE(as_many_as_there_are) {
  StreamSlots slots(2);
  auto first = std::make_optional(slots.take(here, now));
  const auto second = slots.take(here, now);
  BOOST_TEST(first->has_value());
  BOOST_TEST(second.has_value());
  BOOST_TEST(slots.used() == 2U);
  BOOST_TEST((slots.take(here, now).error().reason == Reason::all_taken));
  BOOST_TEST(slots.used() == 2U);
  first.reset();
  BOOST_TEST(slots.used() == 1U);
  BOOST_TEST(slots.take(here, now).has_value());
  BOOST_TEST(slots.used() == 1U);
}

BOOST_AUTO_TEST_CASE(none_at_all) {
  StreamSlots slots(0);
  BOOST_TEST(!slots.take(here, now));
  BOOST_TEST(slots.used() == 0U);
}

BOOST_AUTO_TEST_CASE(moving_a_slot_frees_it_once) {
  StreamSlots slots(1);
  {
    auto slot = std::make_optional(slots.take(ipv4(1), now));
    const StreamSlots::Slot moved(std::move(*slot).value());
    slot.reset();
    BOOST_TEST(slots.used() == 1U);
    BOOST_TEST(slots.addresses().streams() == 1U);
  }
  BOOST_TEST(slots.used() == 0U);
  BOOST_TEST(slots.addresses().streams() == 0U);
}

BOOST_AUTO_TEST_CASE(as_many_as_one_address_may_have) {
  StreamSlots slots(100, 2);
  const auto first = slots.take(ipv4(1), now);
  auto second = std::make_optional(slots.take(ipv4(1), now));
  BOOST_TEST((slots.take(ipv4(1), now).error().reason == Reason::address_full));
  BOOST_TEST(slots.take(ipv4(1), now).error().recent == 2U);
  BOOST_TEST(slots.take(ipv4(2), now).has_value());
  BOOST_TEST(slots.used() == 2U);
  second.reset();
  BOOST_TEST(slots.take(ipv4(1), now).has_value());
  BOOST_TEST(slots.addresses().networks() == 1U);
}

BOOST_AUTO_TEST_CASE(who_finds_all_taken_is_not_counted_for_the_address) {
  StreamSlots slots(2, 2);
  const auto first = slots.take(ipv4(1), now);
  const auto second = slots.take(ipv4(2), now);
  for (int i = 0; i < 10; ++i) BOOST_TEST((slots.take(ipv4(3), now).error().reason == Reason::all_taken));
  BOOST_TEST(slots.addresses().networks() == 2U);
  BOOST_TEST(slots.addresses().streams() == 2U);
  BOOST_TEST(slots.used() == 2U);
}

// These say nothing about who reads.
BOOST_AUTO_TEST_CASE(this_machine_and_the_unknown_are_not_counted) {
  StreamSlots slots(100, 2);
  std::vector<StreamSlots::Slot> held;
  for (const auto* from : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "unix:", "", "no address"}) {
    for (int i = 0; i < 5; ++i) held.push_back(slots.take(address(from), now).value());
  }
  const auto counted = slots.take(ipv4(1), now);
  BOOST_TEST(slots.used() == 36U);
  BOOST_TEST(slots.uncounted() == 35U);
  BOOST_TEST(slots.addresses().streams() == 1U);
  held.clear();
  BOOST_TEST(slots.uncounted() == 0U);
}

BOOST_AUTO_TEST_CASE(never_more_than_there_are_from_many_threads) {
  StreamSlots slots(3);
  std::atomic<int> held = 0;
  std::atomic<bool> exceeded = false;
  const auto take_and_free = [&] {
    for (int i = 0; i < 5'000; ++i) {
      if (const auto slot = slots.take(here, now)) {
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
