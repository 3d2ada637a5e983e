// What a reader's inbox makes of numbers that are missing, late or there twice.
#include "sequence.hpp"

#include <boost/test/unit_test.hpp>
#include <ostream>
#include <vector>

#include "inbox.hpp"

using namespace sse::bench;

namespace sse::bench {

std::ostream& operator<<(std::ostream& out, Sequence::Arrival arrival) {
  return out << static_cast<int>(arrival);
}

}  // namespace sse::bench

namespace {

using enum Sequence::Arrival;

struct Step {
  std::uint32_t number;
  Sequence::Arrival arrival;
  std::uint64_t missing_of_six;
};

void check(const std::vector<Step>& steps) {
  Sequence sequence;
  for (const Step& step : steps) {
    BOOST_TEST(sequence.take(step.number) == step.arrival);
    BOOST_TEST(sequence.missing(6) == step.missing_of_six);
    BOOST_TEST(sequence.has(step.number));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sequences)

BOOST_AUTO_TEST_CASE(one_after_the_other) { check({{0, in_order, 5}, {1, in_order, 4}, {2, in_order, 3}}); }

BOOST_AUTO_TEST_CASE(a_hole_is_filled_from_its_edges_and_its_middle) {
  check({{5, in_order, 5}, {0, late, 4}, {4, late, 3}, {2, late, 2}, {1, late, 1}, {3, late, 0}});
  check({{5, in_order, 5}, {2, late, 4}, {2, repeated, 4}, {3, late, 3}, {1, late, 2}, {0, late, 1}});
}

BOOST_AUTO_TEST_CASE(repeated_ones_change_nothing) {
  check({{0, in_order, 5},
         {0, repeated, 5},
         {3, in_order, 4},
         {0, repeated, 4},
         {1, late, 3},
         {1, repeated, 3}});
}

BOOST_AUTO_TEST_CASE(what_was_not_sent_is_not_missing) {
  Sequence sequence;
  BOOST_TEST(sequence.missing(0) == 0U);
  sequence.take(9);
  BOOST_TEST(sequence.missing(4) == 4U);
  BOOST_TEST(sequence.missing(10) == 9U);
  BOOST_TEST(!sequence.has(8));
  BOOST_TEST(!sequence.has(10));
}

BOOST_AUTO_TEST_CASE(lanes_are_counted_apart) {
  Inbox inbox;
  for (const std::uint32_t lane : {7U, 3U, 7U, 9U, 3U, 7U}) {
    const Sequence* const before = inbox.find(lane);
    const auto number = before == nullptr ? 0U : 10U - static_cast<std::uint32_t>(before->missing(10));
    BOOST_TEST(inbox.take(lane, number) == in_order);
  }
  BOOST_TEST(inbox.find(7)->missing(3) == 0U);
  BOOST_TEST(inbox.find(3)->missing(3) == 1U);
  BOOST_TEST(inbox.find(9)->missing(3) == 2U);
  BOOST_TEST(inbox.find(8) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
