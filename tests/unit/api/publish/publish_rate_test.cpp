#include "api/publish/publish_rate.hpp"

#include <boost/test/unit_test.hpp>

using namespace worker;
using namespace worker::api;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  PublishRate rate{10};
  base::Instant now{1'000s};

  bool admits(std::size_t events, std::string_view subject = "alice") {
    return !rate.refuse(subject, events, now);
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(publish_rate_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_second_at_once_and_then_the_average) {
  for (int i = 0; i < 10; ++i) BOOST_TEST(admits(1));
  BOOST_TEST(!admits(1));
  now += 100ms;
  BOOST_TEST(admits(1));
  BOOST_TEST(!admits(1));
}

BOOST_AUTO_TEST_CASE(others_are_not_concerned) {
  BOOST_TEST(admits(10));
  BOOST_TEST(!admits(1));
  BOOST_TEST(admits(1, "bob"));
  BOOST_TEST(admits(1'000, ""));
  BOOST_TEST(admits(1'000, ""));
}

BOOST_AUTO_TEST_CASE(a_batch_is_admitted_as_a_whole_and_paid_for_later) {
  BOOST_TEST(admits(100));
  const auto wait = rate.refuse("alice", 1, now);
  BOOST_REQUIRE(wait.has_value());
  BOOST_TEST((*wait > 9'000ms && *wait <= 9'100ms));
  now += *wait;
  BOOST_TEST(admits(1));
}

BOOST_AUTO_TEST_CASE(so_many_subjects_and_no_more_until_some_are_within_their_bound) {
  for (std::size_t i = 0; i < PublishRate::subjects_max; ++i) BOOST_REQUIRE(admits(1, std::to_string(i)));
  BOOST_TEST(!admits(1, "one more"));
  BOOST_TEST(admits(1, "0"));
  now += 100ms;
  BOOST_TEST(admits(1, "one more"));
  // The one that has published twice is still known.
  for (int i = 0; i < 9; ++i) BOOST_TEST(admits(1, "0"));
  BOOST_TEST(!admits(1, "0"));
}

// What cannot be refused any more is counted, and its subject waits.
BOOST_AUTO_TEST_CASE(charged_events_are_waited_for) {
  BOOST_TEST(!rate.charge("alice", 10, now));
  BOOST_TEST((rate.charge("alice", 1, now) == 100ms));
  BOOST_TEST((rate.charge("alice", 4, now) == 500ms));
  BOOST_TEST(!admits(1));
  now += 500ms;
  BOOST_TEST((rate.charge("alice", 1, now) == 100ms));
  now += 100ms;
  BOOST_TEST(!rate.charge("alice", 0, now));
  BOOST_TEST((rate.charge("alice", 1, now) == 100ms));
  now += 60s;
  BOOST_TEST(!rate.charge("alice", 10, now));
  BOOST_TEST((rate.charge("alice", 1'000, now) == 100s));
}

BOOST_AUTO_TEST_CASE(nobody_else_waits_for_what_is_charged) {
  BOOST_TEST(rate.charge("alice", 1'000, now).has_value());
  BOOST_TEST(!rate.charge("bob", 10, now));
  BOOST_TEST(!rate.charge("", 1'000, now));
  BOOST_TEST(!rate.charge("", 1'000, now));
  rate.set_limit(0);
  BOOST_TEST(!rate.charge("alice", 1'000, now));
}

BOOST_AUTO_TEST_CASE(charging_one_subject_more_than_are_known) {
  for (std::size_t i = 0; i < PublishRate::subjects_max; ++i) BOOST_REQUIRE(admits(1, std::to_string(i)));
  BOOST_TEST((rate.charge("one more", 1, now) == 1s));
  BOOST_TEST(!rate.charge("0", 9, now));
  now += 100ms;
  BOOST_TEST(!rate.charge("one more", 10, now));
}

BOOST_AUTO_TEST_CASE(without_a_limit) {
  rate.set_limit(0);
  for (int i = 0; i < 100; ++i) BOOST_TEST(admits(1'000));
}

BOOST_AUTO_TEST_SUITE_END()
