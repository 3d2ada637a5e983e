// Entries by their sequence, whatever is missing between them.
#include "log/entry_index.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <random>
#include <set>

#include "support/drafts.hpp"

using namespace worker::log;
using namespace worker::support;

namespace {

struct Fixture {
  void add(Sequence sequence, std::size_t topics = 1) {
    entries.add(make_entry(draft("a"), sequence, "id", worker::base::Instant()), topics);
  }
  std::string between(Sequence after, Sequence until) const {
    std::string told;
    entries.each(after, until, [&](const EntryPtr& entry) {
      told += fmt::format("{} ", entry->sequence());
      return true;
    });
    return told;
  }
  EntryIndex entries;
};

constexpr auto end = std::numeric_limits<Sequence>::max();

}  // namespace

BOOST_FIXTURE_TEST_SUITE(entry_index_suite, Fixture)

BOOST_AUTO_TEST_CASE(an_empty_index) {
  BOOST_TEST(entries.empty());
  BOOST_TEST(between(0, end) == "");
}

BOOST_AUTO_TEST_CASE(ranges_of_it) {
  for (const Sequence sequence : {3, 4, 7, 1'000}) add(sequence);
  BOOST_TEST(entries.size() == 4U);
  BOOST_TEST(entries.first() == 3U);
  BOOST_TEST(between(0, end) == "3 4 7 1000 ");
  BOOST_TEST(between(3, 7) == "4 7 ");
  BOOST_TEST(between(4, 6) == "");
  BOOST_TEST(between(999, end) == "1000 ");
  BOOST_TEST(between(1'000, end) == "");
  BOOST_TEST(between(end, end) == "");
  for (const Sequence sequence : {3, 4, 7, 1'000}) BOOST_TEST(entries.at(sequence)->sequence() == sequence);
}

BOOST_AUTO_TEST_CASE(iteration_stops_when_told) {
  for (Sequence sequence = 1; sequence <= 5; ++sequence) add(sequence);
  int taken = 0;
  entries.each(1, end, [&](const EntryPtr&) { return ++taken < 2; });
  BOOST_TEST(taken == 2);
}

BOOST_AUTO_TEST_CASE(the_last_topic_that_evicts_it_removes_it) {
  add(1, 2);
  add(2);
  BOOST_TEST(entries.release(1) == nullptr);
  BOOST_TEST(entries.first() == 1U);
  BOOST_TEST(entries.release(1)->sequence() == 1U);
  BOOST_TEST(entries.first() == 2U);
  entries.release(2);
  BOOST_TEST(entries.empty());
}

BOOST_AUTO_TEST_CASE(cleared) {
  add(1);
  entries.clear();
  BOOST_TEST(entries.empty());
  add(9);
  BOOST_TEST(entries.at(9)->sequence() == 9U);
}

// Against a set that does the same slowly: runs, holes, and sweeps in the middle.
BOOST_AUTO_TEST_CASE(entries_are_released_in_any_order) {
  std::minstd_rand random(7);
  std::set<Sequence> model;
  Sequence last = 0;
  for (int step = 0; step < 60'000; ++step) {
    const auto dice = random() % 100;
    if (dice < 50 || model.empty()) {
      last += dice == 0 ? 1ULL << 40 : dice < 5 ? 3 : 1;
      add(last);
      model.insert(last);
    } else {
      // Mostly from the middle: the first stays for long.
      auto some = model.lower_bound(1 + last - std::min<Sequence>(last, random() % 3'000));
      if (some == model.end() || step % 50 == 0) some = model.begin();
      BOOST_REQUIRE(entries.release(*some)->sequence() == *some);
      model.erase(some);
    }
    if (step % 97 != 0 || model.empty()) continue;
    BOOST_REQUIRE(entries.size() == model.size());
    BOOST_REQUIRE(entries.first() == *model.begin());
    const auto from = last - std::min<Sequence>(last, 1 + random() % 5'000);
    std::vector<Sequence> got;
    entries.each(from, last - 1,
                 [&](const EntryPtr& entry) { return got.push_back(entry->sequence()), true; });
    BOOST_REQUIRE((got == std::vector<Sequence>(model.upper_bound(from), model.lower_bound(last))));
    for (const auto sequence : got) BOOST_REQUIRE(entries.at(sequence)->sequence() == sequence);
  }
}

BOOST_AUTO_TEST_SUITE_END()
