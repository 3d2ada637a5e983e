// What subscriptions take, and that it comes back when their readers have left.
#include "hub/subscription_bytes.hpp"

#include <malloc.h>

#include <boost/test/unit_test.hpp>
#include <list>

#include "support/hub_fixture.hpp"

using namespace worker;
using namespace worker::support;

namespace {

std::string names(int reader, int count, std::size_t bytes) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    auto name = fmt::format("r{}/t{}", reader, i);
    name.resize(std::max(bytes, name.size()), 'x');
    text += (i == 0 ? "" : " ") + name;
  }
  return text;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(subscription_bytes_suite, HubFixture)

BOOST_AUTO_TEST_CASE(about_what_the_memory_is_and_back_when_they_leave) {
  shard();
  for (const auto& [count, bytes] : {std::pair{1, 8U}, {100, 1'000U}, {100, 12U}, {3, 40U}}) {
    BOOST_TEST_CONTEXT(count << " names of " << bytes << " bytes") {
      constexpr int readers_max = 400;
      std::vector<log::Subscription> asked;
      asked.reserve(readers_max);
      std::list<RecordingSubscriber> readers;
      for (int i = 0; i < readers_max; ++i) {
        asked.push_back(select(names(i, count, bytes)));
        readers.emplace_back();
      }
      const auto before = ::mallinfo2().uordblks;
      std::size_t counted = 0;
      auto next = asked.begin();
      for (auto& reader : readers) {
        counted += hub::subscription_bytes(*next);
        shard().subscribe(reader, *next++, 0, 0);
      }
      const auto taken = ::mallinfo2().uordblks - before;
      if (before != 0) {  // else another allocator
        BOOST_TEST(taken < counted * 11 / 10, taken << " taken, " << counted << " counted");
        BOOST_TEST(taken > counted * 7 / 10, taken << " taken, " << counted << " counted");
      }
      for (auto& reader : readers) reader.news();
      readers.clear();
      BOOST_TEST(metrics.cohorts.value() == 0);
      if (before != 0) BOOST_TEST(::mallinfo2().uordblks < before + taken / 20);
    }
  }
}

// As long as one of them is there, whoever came first.
BOOST_AUTO_TEST_CASE(readers_of_the_same_have_one_share) {
  base::ByteBudget budget(1'000);
  const auto share = [&] {
    base::ByteBudget::Reservation taken(&budget);
    BOOST_TEST(taken.reserve(100));
    return taken;
  };
  const auto asked = select("a b");
  std::optional<RecordingSubscriber> first(std::in_place), second(std::in_place);
  BOOST_TEST(!shard().has(asked));
  shard().subscribe(*first, asked, 0, 0, share());
  BOOST_TEST(shard().has(asked));
  BOOST_TEST(!shard().has(select("a")));
  shard().subscribe(*second, asked, 0, 0, {});
  BOOST_TEST(budget.used() == 100U);
  first.reset();
  BOOST_TEST(budget.used() == 100U);
  second.reset();
  BOOST_TEST(budget.used() == 0U);
  BOOST_TEST(!shard().has(asked));
}

BOOST_AUTO_TEST_SUITE_END()
