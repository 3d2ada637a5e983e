#include "base/account.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>

using namespace worker::base;

BOOST_AUTO_TEST_SUITE(account_suite)

BOOST_AUTO_TEST_CASE(names) {
  BOOST_TEST(user_name(0) == "root");
  BOOST_TEST(group_name(0) == "root");
  BOOST_TEST(is_user("root"));
  BOOST_TEST(!is_user("no such user"));
  BOOST_TEST(!is_user(""));
}

BOOST_AUTO_TEST_CASE(numbers_without_a_name) {
  constexpr unsigned nobody_has = 3'999'999'999U;
  BOOST_TEST(user_name(nobody_has) == "3999999999");
  BOOST_TEST(group_name(nobody_has) == "3999999999");
}

BOOST_AUTO_TEST_CASE(becoming_who_one_is_changes_nothing) {
  const auto user = ::geteuid();
  BOOST_TEST(become(user_name(user)).has_value());
  BOOST_TEST(::geteuid() == user);
  BOOST_TEST(own_account() == user_name(user) + ":" + group_name(::getegid()));
}

BOOST_AUTO_TEST_CASE(a_user_that_is_not_there) {
  BOOST_TEST(become("no such user").error() == "there is no user no such user on this machine");
}

BOOST_AUTO_TEST_SUITE_END()
