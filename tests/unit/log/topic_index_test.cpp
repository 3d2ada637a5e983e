// Topics by their names, and what a million of them may take.
#include "log/topic_index.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <boost/test/unit_test.hpp>

#include "support/drafts.hpp"
#include "support/event_log.hpp"

using namespace worker;
using namespace worker::log;

BOOST_AUTO_TEST_SUITE(topic_index_suite)

BOOST_AUTO_TEST_CASE(found_by_name) {
  TopicIndex topics;
  BOOST_TEST(topics.find("a") == nullptr);
  const auto [first, added] = topics.find_or_add("a");
  BOOST_TEST(added);
  BOOST_TEST(first.name() == "a");
  const auto [second, again] = topics.find_or_add("a");
  BOOST_TEST(!again);
  BOOST_TEST(&first == &second);
  BOOST_TEST(topics.find("a") == &first);
  BOOST_TEST(topics.find("") == nullptr);
  BOOST_TEST(topics.size() == 1U);
}

BOOST_AUTO_TEST_CASE(addresses_stay_and_names_are_in_order) {
  TopicIndex topics;
  auto* const b = &topics.find_or_add("b").first;
  b->sequences.push_back(5);
  for (int i = 0; i < 1'000; ++i) topics.find_or_add(fmt::format("t{}", i));
  topics.find_or_add("a");
  BOOST_TEST(topics.begin()->name() == "a");
  TopicIndex other = std::move(topics);
  BOOST_TEST(other.find("b") == b);
  BOOST_TEST(other.find("b")->sequences.front() == 5U);
  other.erase_if([](const Topic& topic) { return topic.name().starts_with('t'); });
  BOOST_TEST(other.size() == 2U);
  other.erase(*b);
  BOOST_TEST(other.find("b") == nullptr);
  other.clear();
  BOOST_TEST(other.size() == 0U);
}

BOOST_AUTO_TEST_CASE(a_topic_with_one_small_event_takes_300_bytes_at_most) {
  constexpr std::size_t count = 100'000;
  const base::SystemClock clock;
  Settings settings;
  settings.bytes_max = 1'000'000'000;
  worker::support::MemoryLog event_log(settings, "660de4b8b9632", clock);
  const auto before = ::mallinfo2().uordblks;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<Draft> drafts;
    drafts.push_back({.topics = {fmt::format("topic-{:06}", i)}, .event = {.data = std::string(32, 'x')}});
    event_log.append(std::move(drafts), [](const auto&) {});
  }
  const auto counted = static_cast<double>(event_log.stats().bytes) / count;
  BOOST_TEST(counted <= 300.0);
  if (before == 0) return;  // another allocator
  const auto taken = static_cast<double>(::mallinfo2().uordblks - before) / count;
  BOOST_TEST(taken <= 300.0);
  BOOST_TEST(taken < 1.08 * counted, taken << " taken, " << counted << " counted");
  BOOST_TEST(taken > 0.92 * counted, taken << " taken, " << counted << " counted");
}

BOOST_AUTO_TEST_SUITE_END()
