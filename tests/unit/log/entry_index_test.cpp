// Events by their place, whatever is missing between them.
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
  void add(Sequence place, std::size_t topics = 1) {
    places.add(make_entry(draft("a"), place, "id", worker::base::Instant()), topics);
  }
  std::string between(Sequence after, Sequence until) const {
    std::string told;
    places.each(after, until, [&](const EntryPtr& entry) {
      told += fmt::format("{} ", entry->sequence());
      return true;
    });
    return told;
  }
  EntryIndex places;
};

constexpr auto end = std::numeric_limits<Sequence>::max();

}  // namespace

BOOST_FIXTURE_TEST_SUITE(places_suite, Fixture)

BOOST_AUTO_TEST_CASE(nothing_is_held) {
  BOOST_TEST(places.empty());
  BOOST_TEST(between(0, end) == "");
}

BOOST_AUTO_TEST_CASE(parts_of_it) {
  for (const Sequence place : {3, 4, 7, 1'000}) add(place);
  BOOST_TEST(places.size() == 4U);
  BOOST_TEST(places.first() == 3U);
  BOOST_TEST(between(0, end) == "3 4 7 1000 ");
  BOOST_TEST(between(3, 7) == "4 7 ");
  BOOST_TEST(between(4, 6) == "");
  BOOST_TEST(between(999, end) == "1000 ");
  BOOST_TEST(between(1'000, end) == "");
  BOOST_TEST(between(end, end) == "");
  for (const Sequence place : {3, 4, 7, 1'000}) BOOST_TEST(places.at(place)->sequence() == place);
}

BOOST_AUTO_TEST_CASE(until_there_is_enough) {
  for (Sequence place = 1; place <= 5; ++place) add(place);
  int taken = 0;
  places.each(1, end, [&](const EntryPtr&) { return ++taken < 2; });
  BOOST_TEST(taken == 2);
}

BOOST_AUTO_TEST_CASE(the_last_topic_ends_it) {
  add(1, 2);
  add(2);
  BOOST_TEST(places.release(1) == nullptr);
  BOOST_TEST(places.first() == 1U);
  BOOST_TEST(places.release(1)->sequence() == 1U);
  BOOST_TEST(places.first() == 2U);
  places.release(2);
  BOOST_TEST(places.empty());
}

BOOST_AUTO_TEST_CASE(cleared) {
  add(1);
  places.clear();
  BOOST_TEST(places.empty());
  add(9);
  BOOST_TEST(places.at(9)->sequence() == 9U);
}

// Against a set that does the same slowly: runs, holes, and what is swept out of the middle.
BOOST_AUTO_TEST_CASE(any_order_of_giving_up) {
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
      BOOST_REQUIRE(places.release(*some)->sequence() == *some);
      model.erase(some);
    }
    if (step % 97 != 0 || model.empty()) continue;
    BOOST_REQUIRE(places.size() == model.size());
    BOOST_REQUIRE(places.first() == *model.begin());
    const auto from = last - std::min<Sequence>(last, 1 + random() % 5'000);
    std::vector<Sequence> got;
    places.each(from, last - 1,
                [&](const EntryPtr& entry) { return got.push_back(entry->sequence()), true; });
    BOOST_REQUIRE((got == std::vector<Sequence>(model.upper_bound(from), model.lower_bound(last))));
    for (const auto place : got) BOOST_REQUIRE(places.at(place)->sequence() == place);
  }
}

BOOST_AUTO_TEST_SUITE_END()
