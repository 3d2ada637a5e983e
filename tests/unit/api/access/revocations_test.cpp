#include "api/access/revocations.hpp"

#include <boost/test/unit_test.hpp>

#include "support/manual_clock.hpp"

using namespace worker::api;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(revocations_suite)

BOOST_AUTO_TEST_CASE(for_a_time) {
  worker::support::ManualClock clock;
  Revocations revocations(clock);
  BOOST_TEST(!revocations.is_revoked("alice"));
  BOOST_TEST(revocations.revoke("alice", 10s));
  BOOST_TEST(revocations.is_revoked("alice"));
  BOOST_TEST(!revocations.is_revoked("bob"));
  BOOST_TEST(!revocations.is_revoked(""));
  clock.advance(9'999ms);
  BOOST_TEST(revocations.is_revoked("alice"));
  BOOST_TEST(revocations.revoke("alice", 5s));
  clock.advance(4'999ms);
  BOOST_TEST(revocations.is_revoked("alice"));
  clock.advance(1ms);
  BOOST_TEST(!revocations.is_revoked("alice"));
}

BOOST_AUTO_TEST_CASE(so_many_and_no_more_until_some_are_over) {
  worker::support::ManualClock clock;
  Revocations revocations(clock);
  for (std::size_t i = 0; i < Revocations::subjects_max; ++i) revocations.revoke(std::to_string(i), 10s);
  BOOST_TEST(!revocations.revoke("one more", 10s));
  BOOST_TEST(revocations.revoke("0", 20s));
  clock.advance(10s);
  BOOST_TEST(revocations.revoke("one more", 10s));
  BOOST_TEST(revocations.is_revoked("one more"));
  BOOST_TEST(revocations.is_revoked("0"));
  BOOST_TEST(!revocations.is_revoked("1"));
}

BOOST_AUTO_TEST_CASE(those_of_the_process_before_stay_in_force_as_long_as_they_were_to) {
  worker::support::ManualClock clock;
  Revocations before(clock), after(clock);
  BOOST_TEST(before.revoke("alice", 10s));
  BOOST_TEST(before.revoke("bob", 1s));
  clock.advance(5s);
  const auto all = before.all();
  BOOST_TEST(all.size() == 1U);
  after.add(all);
  BOOST_TEST(after.is_revoked("alice"));
  clock.advance(5s);
  BOOST_TEST(!after.is_revoked("alice"));
}

BOOST_AUTO_TEST_SUITE_END()
