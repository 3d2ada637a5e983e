#include "base/byte_budget.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <thread>
#include <vector>

using worker::base::ByteBudget;

BOOST_AUTO_TEST_SUITE(byte_budget)

BOOST_AUTO_TEST_CASE(all_of_it_and_one_byte_more) {
  ByteBudget budget(100);
  ByteBudget::Reservation one(&budget);
  ByteBudget::Reservation other(&budget);
  BOOST_TEST(one.reserve(60));
  BOOST_TEST(other.reserve(40));
  BOOST_TEST(!other.reserve(41));
  BOOST_TEST(budget.used() == 100U);
  BOOST_TEST(other.reserve(40));
  BOOST_TEST(other.reserve(1));  // it has more already
  one.release();
  BOOST_TEST(budget.used() == 40U);
  BOOST_TEST(other.reserve(100));
  BOOST_TEST(!one.reserve(1));
}

BOOST_AUTO_TEST_CASE(who_is_alone_may_have_more) {
  ByteBudget budget(100);
  ByteBudget::Reservation one(&budget);
  BOOST_TEST(one.reserve(50));
  BOOST_TEST(one.reserve(1'000));
  ByteBudget::Reservation other(&budget);
  BOOST_TEST(!other.reserve(1));
  BOOST_TEST(other.reserve(0));
  one.release();
  BOOST_TEST(other.reserve(1));
  BOOST_TEST(!one.reserve(1'000));
}

BOOST_AUTO_TEST_CASE(what_is_moved_is_given_back_once) {
  ByteBudget budget(100);
  {
    std::optional<ByteBudget::Reservation> kept;
    {
      ByteBudget::Reservation share(&budget);
      BOOST_TEST(share.reserve(10));
      kept.emplace(std::move(share));
    }
    BOOST_TEST(budget.used() == 10U);
    ByteBudget::Reservation other(&budget);
    BOOST_TEST(other.reserve(5));
    *kept = std::move(other);
  }
  BOOST_TEST(budget.used() == 0U);
}

BOOST_AUTO_TEST_CASE(without_a_budget_there_is_no_bound) {
  ByteBudget::Reservation share;
  BOOST_TEST(share.reserve(~0UL));
  share.release();
}

BOOST_AUTO_TEST_CASE(another_bound) {
  ByteBudget budget;
  ByteBudget::Reservation one(&budget);
  ByteBudget::Reservation other(&budget);
  BOOST_TEST(one.reserve(1'000));
  budget.set_limit(100);
  BOOST_TEST(!other.reserve(1));
  one.release();
  BOOST_TEST(other.reserve(100));
}

BOOST_AUTO_TEST_CASE(from_several_threads) {
  ByteBudget budget(1'000);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int round = 0; round < 20'000; ++round) {
          ByteBudget::Reservation share(&budget);
          share.reserve(400);
        }
      });
    }
  }
  BOOST_TEST(budget.used() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
