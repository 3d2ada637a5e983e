// A queue of sequences, beside std::deque.
#include "log/sequence_queue.hpp"

#include <boost/test/unit_test.hpp>
#include <deque>
#include <random>

using namespace worker::log;

namespace {

void same(const SequenceQueue& queue, const std::deque<Sequence>& wanted) {
  BOOST_REQUIRE_EQUAL_COLLECTIONS(queue.begin(), queue.end(), wanted.begin(), wanted.end());
  BOOST_REQUIRE_EQUAL(queue.empty(), wanted.empty());
  if (wanted.empty()) return;
  BOOST_REQUIRE_EQUAL(queue.front(), wanted.front());
  BOOST_REQUIRE_EQUAL(queue.back(), wanted.back());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(sequence_queue_suite)

BOOST_AUTO_TEST_CASE(one_sequence_takes_no_heap_memory) {
  SequenceQueue queue;
  for (Sequence sequence = 1; sequence < 10; ++sequence) {
    queue.push_back(sequence);
    BOOST_TEST(queue.size() == 1U);
    BOOST_TEST(queue.front() == sequence);
    BOOST_TEST(queue.bytes() == 0U);
    queue.pop_front();
  }
}

// It grows, keeps its size for a while, shrinks, and is emptied, in turn.
BOOST_AUTO_TEST_CASE(agrees_with_a_deque) {
  std::mt19937 random(7);
  SequenceQueue queue;
  std::deque<Sequence> wanted;
  Sequence last = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto push_share = 20 + 60 * ((step / 500) % 2);
    if (std::uniform_int_distribution(0, 99)(random) < push_share) {
      queue.push_back(++last);
      wanted.push_back(last);
    } else if (!wanted.empty()) {
      queue.pop_front();
      wanted.pop_front();
    }
    if (step % 997 == 0) {
      const auto multiple_of_three = [](Sequence sequence) { return sequence % 3 == 0; };
      queue.erase_if(multiple_of_three);
      std::erase_if(wanted, multiple_of_three);
    }
    if (step % 2'003 == 0) {
      SequenceQueue moved = std::move(queue);
      queue = std::move(moved);
    }
    if (step % 4'001 == 0) {
      queue.clear();
      wanted.clear();
    }
    same(queue, wanted);
  }
}

BOOST_AUTO_TEST_CASE(its_memory_follows_its_size) {
  SequenceQueue queue;
  for (Sequence sequence = 1; sequence <= 1'000; ++sequence) queue.push_back(sequence);
  // As a topic at its bound: one comes, one goes.
  for (Sequence sequence = 1'001; sequence <= 20'000; ++sequence) {
    queue.push_back(sequence);
    queue.pop_front();
    BOOST_REQUIRE_LE(queue.bytes(), 3 * 1'000 * sizeof(Sequence));
  }
  while (queue.size() > 10) queue.pop_front();
  BOOST_TEST(queue.bytes() <= 100 * sizeof(Sequence));
  queue.clear();
  BOOST_TEST(queue.bytes() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
