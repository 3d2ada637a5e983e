#include "base/byte_budget.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <thread>
#include <vector>

using worker::base::ByteBudget;

BOOST_AUTO_TEST_SUITE(byte_budget)

BOOST_AUTO_TEST_CASE(all_of_it_and_one_byte_more) {
  ByteBudget budget(100);
  ByteBudget::Share one(&budget);
  ByteBudget::Share other(&budget);
  BOOST_TEST(one.grow_to(60));
  BOOST_TEST(other.grow_to(40));
  BOOST_TEST(!other.grow_to(41));
  BOOST_TEST(budget.used() == 100U);
  BOOST_TEST(other.grow_to(40));
  BOOST_TEST(other.grow_to(1));  // it has more already
  one.release();
  BOOST_TEST(budget.used() == 40U);
  BOOST_TEST(other.grow_to(100));
  BOOST_TEST(!one.grow_to(1));
}

BOOST_AUTO_TEST_CASE(who_is_alone_may_have_more) {
  ByteBudget budget(100);
  ByteBudget::Share one(&budget);
  BOOST_TEST(one.grow_to(50));
  BOOST_TEST(one.grow_to(1'000));
  ByteBudget::Share other(&budget);
  BOOST_TEST(!other.grow_to(1));
  BOOST_TEST(other.grow_to(0));
  one.release();
  BOOST_TEST(other.grow_to(1));
  BOOST_TEST(!one.grow_to(1'000));
}

BOOST_AUTO_TEST_CASE(what_is_moved_is_given_back_once) {
  ByteBudget budget(100);
  {
    std::optional<ByteBudget::Share> kept;
    {
      ByteBudget::Share share(&budget);
      BOOST_TEST(share.grow_to(10));
      kept.emplace(std::move(share));
    }
    BOOST_TEST(budget.used() == 10U);
    ByteBudget::Share other(&budget);
    BOOST_TEST(other.grow_to(5));
    *kept = std::move(other);
  }
  BOOST_TEST(budget.used() == 0U);
}

BOOST_AUTO_TEST_CASE(without_a_budget_there_is_no_bound) {
  ByteBudget::Share share;
  BOOST_TEST(share.grow_to(~0UL));
  share.release();
}

BOOST_AUTO_TEST_CASE(another_bound) {
  ByteBudget budget;
  ByteBudget::Share one(&budget);
  ByteBudget::Share other(&budget);
  BOOST_TEST(one.grow_to(1'000));
  budget.set_most(100);
  BOOST_TEST(!other.grow_to(1));
  one.release();
  BOOST_TEST(other.grow_to(100));
}

BOOST_AUTO_TEST_CASE(from_several_threads) {
  ByteBudget budget(1'000);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 20'000; ++round) {
          ByteBudget::Share share(&budget);
          share.grow_to(400);
        }
      });
    }
  }
  BOOST_TEST(budget.used() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
