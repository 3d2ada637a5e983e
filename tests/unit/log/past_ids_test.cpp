#include "log/past_ids.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <boost/test/unit_test.hpp>
#include <deque>
#include <map>
#include <random>
#include <string>

using namespace worker::log;

namespace {

struct Fixture {
  PastIds ids{worker::base::SipKey{1, 2}, 3};

  void add(const std::string& id, Sequence sequence) { ids.add(ids.named(id, sequence, sequence + 100)); }
  Sequence find(const std::string& id) const {
    const auto* found = ids.find(id);
    return found == nullptr ? 0 : found->sequence;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(past_ids_suite, Fixture)

BOOST_AUTO_TEST_CASE(an_id_is_found_with_its_sequence_and_fingerprint) {
  BOOST_TEST(find("a") == 0U);
  add("a", 7);
  add("", 8);
  BOOST_TEST(find("a") == 7U);
  BOOST_TEST(ids.find("a")->fingerprint == 107U);
  BOOST_TEST(find("") == 8U);
  BOOST_TEST(find("b") == 0U);
}

BOOST_AUTO_TEST_CASE(the_first_added_is_forgotten_first) {
  for (const auto* id : {"a", "b", "c"}) add(id, 1);
  BOOST_TEST(ids.forgotten() == 0U);
  add("d", 2);
  BOOST_TEST(find("a") == 0U);
  BOOST_TEST(find("b") == 1U);
  BOOST_TEST(find("d") == 2U);
  BOOST_TEST(ids.size() == 3U);
  BOOST_TEST(ids.forgotten() == 1U);
}

BOOST_AUTO_TEST_CASE(an_id_keeps_its_first_sequence) {
  add("a", 1);
  add("a", 2);
  BOOST_TEST(find("a") == 1U);
  BOOST_TEST(ids.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_lower_bound_is_in_force_at_once) {
  for (const auto* id : {"a", "b", "c"}) add(id, 1);
  ids.limit(1);
  BOOST_TEST(ids.size() == 1U);
  BOOST_TEST(find("c") == 1U);
  BOOST_TEST(ids.forgotten() == 2U);
  ids.limit(0);
  add("d", 2);
  BOOST_TEST(ids.size() == 0U);
  BOOST_TEST(find("d") == 0U);
  ids.limit(2);
  add("d", 2);
  BOOST_TEST(find("d") == 2U);
}

// Against a plain model, with a bound small enough for a table that is always full of moves.
BOOST_AUTO_TEST_CASE(agrees_with_a_simple_model) {
  ids.limit(50);
  std::mt19937 random(1);
  std::deque<std::string> order;
  std::map<std::string, Sequence> model;
  for (Sequence i = 1; i <= 50'000; ++i) {
    const auto id = std::to_string(random() % 120);
    if (!model.contains(id)) {
      if (order.size() == 50) {
        model.erase(order.front());
        order.pop_front();
      }
      order.push_back(id);
      model.emplace(id, i);
    }
    add(id, i);
    const auto asked = std::to_string(random() % 120);
    const auto expected = model.find(asked);
    BOOST_REQUIRE_EQUAL(find(asked), expected == model.end() ? 0 : expected->second);
  }
  BOOST_TEST(ids.size() == 50U);
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_cost_less_than_six_megabytes) {
  // Large tables are mapped by themselves, and counted beside the heap.
  const auto taken = [] { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; };
  const auto before = taken();
  PastIds many(worker::base::SipKey{1, 2}, 100'000);
  const std::string padding(200, 'x');
  for (Sequence i = 1; i <= 250'000; ++i) many.add(many.named(fmt::format("{}{}", padding, i), i, 1));
  const auto bytes = taken() - before;
  BOOST_TEST_MESSAGE("100,000 remembered ids take " << bytes << " bytes");
  BOOST_TEST(many.size() == 100'000U);
  if (before == 0) return;  // another allocator
  BOOST_TEST(bytes > 5'000'000U);
  BOOST_TEST(bytes < 6'000'000U);
}

BOOST_AUTO_TEST_SUITE_END()
