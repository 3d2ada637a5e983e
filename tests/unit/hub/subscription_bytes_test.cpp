// What subscriptions take, and that it comes back when their subscribers have left.
#include "hub/subscription_bytes.hpp"

#include <malloc.h>

#include <boost/test/unit_test.hpp>
#include <list>

#include "support/hub_fixture.hpp"

using namespace worker;
using namespace worker::support;

namespace {

std::string names(int subscriber, int count, std::size_t bytes) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    auto name = fmt::format("r{}/t{}", subscriber, i);
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
      constexpr int subscribers_max = 400;
      std::vector<log::Subscription> asked;
      asked.reserve(subscribers_max);
      std::list<RecordingSubscriber> subscribers;
      for (int i = 0; i < subscribers_max; ++i) {
        asked.push_back(select(names(i, count, bytes)));
        subscribers.emplace_back();
      }
      const auto before = ::mallinfo2().uordblks;
      std::size_t counted = 0;
      auto next = asked.begin();
      for (auto& subscriber : subscribers) {
        counted += hub::subscription_bytes(*next);
        shard().subscribe(subscriber, *next++, 0, 0);
      }
      const auto taken = ::mallinfo2().uordblks - before;
      if (before != 0) {  // else another allocator
        BOOST_TEST(taken < counted * 11 / 10, taken << " taken, " << counted << " counted");
        BOOST_TEST(taken > counted * 7 / 10, taken << " taken, " << counted << " counted");
      }
      for (auto& subscriber : subscribers) subscriber.news();
      subscribers.clear();
      BOOST_TEST(metrics.cohorts.value() == 0);
      if (before != 0) BOOST_TEST(::mallinfo2().uordblks < before + taken / 20);
    }
  }
}

// As long as one of them is there, whoever came first.
BOOST_AUTO_TEST_CASE(subscribers_with_one_subscription_have_one_share) {
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
