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
  for (const auto& [count, bytes, granted] : {std::tuple{1, 8U, 0},
                                              {100, 1'000U, 0},
                                              {100, 12U, 0},
                                              {3, 40U, 0},
                                              {1, 8U, 1},
                                              {1, 30U, 1},
                                              {1, 8U, 100},
                                              {3, 1'000U, 3}}) {
    BOOST_TEST_CONTEXT(count << " names of " << bytes << " bytes, " << granted << " granted") {
      constexpr int subscribers_max = 400;
      std::vector<log::Subscription> asked;
      asked.reserve(subscribers_max);
      std::list<RecordingSubscriber> subscribers;
      for (int i = 0; i < subscribers_max; ++i) {
        // Others than those asked for: else the grant would not be kept.
        asked.push_back(select(names(i, count, bytes), names(i + 5'000, granted, bytes)));
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

// As many tokens have: a subject of its own for each stream.
BOOST_AUTO_TEST_CASE(thousands_of_subjects_take_a_few_hundred_bytes_each) {
  constexpr int subjects = 8'000;
  shard();
  for (const auto& [asked_of, granted_of] :
       {std::pair("news", "users/{}"), {"users/{}", "users/{}"}, {"users/{}", "subjects/of/a/token/{}"}}) {
    BOOST_TEST_CONTEXT(asked_of << " with " << granted_of << " granted") {
      std::vector<log::Subscription> asked;
      for (int i = 0; i < subjects; ++i)
        asked.push_back(
            select(fmt::format(fmt::runtime(asked_of), i), fmt::format(fmt::runtime(granted_of), i)));
      std::list<RecordingSubscriber> subscribers;
      for (int i = 0; i < subjects; ++i) subscribers.emplace_back();
      const auto before = ::mallinfo2().uordblks;
      std::size_t counted = 0;
      auto next = asked.begin();
      for (auto& subscriber : subscribers) {
        counted += hub::subscription_bytes(*next);
        shard().subscribe(subscriber, *next++, 0, 0);
      }
      BOOST_TEST(metrics.cohorts.value() == subjects);
      const auto taken = ::mallinfo2().uordblks - before;
      BOOST_TEST_MESSAGE(taken / subjects << " bytes taken, " << counted / subjects << " counted");
      if (before != 0) {
        BOOST_TEST(taken < counted * 11 / 10, taken << " taken, " << counted << " counted");
        BOOST_TEST(taken / subjects < 600);
      }
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
