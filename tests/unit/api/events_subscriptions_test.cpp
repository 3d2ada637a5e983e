// GET /events where all subscriptions together use as much memory as they may.
#include <boost/test/unit_test.hpp>

#include "hub/subscription_bytes.hpp"
#include "support/events_fixture.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : EventsFixture {
  Fixture() : EventsFixture(100) {}
  std::uint64_t refused() const { return limits.value(metrics::Limit::subscriptions_bytes); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(hub_events_subscriptions_suite, Fixture)

BOOST_AUTO_TEST_CASE(as_much_as_there_may_be_and_one_more) {
  const auto each = hub::subscription_bytes(select("a"));
  slots.subscriptions().set_limit(3 * each);
  auto a = asking("topic=a");
  const auto b = asking("topic=b");
  const auto c = asking("topic=c");
  BOOST_TEST(slots.subscriptions().used() == 3 * each);
  BOOST_TEST(refused() == 0U);
  const auto over = asking("topic=d");
  BOOST_TEST(over->finished);
  BOOST_TEST(over->head->status == 200);
  BOOST_TEST(over->body().starts_with(": the memory for subscriptions is used up"));
  BOOST_TEST(over->body().find("\n\nretry: 3") != std::string::npos);
  BOOST_TEST(refused() == 1U);
  BOOST_TEST(slots.used() == 3U);
  // Whoever asks for what is read already takes no more.
  const auto again = asking("topic=b");
  BOOST_TEST(!again->finished);
  BOOST_TEST(slots.used() == 4U);
  a.reset();
  const auto next = asking("topic=d");
  BOOST_TEST(!next->finished);
  BOOST_TEST(refused() == 1U);
}

BOOST_AUTO_TEST_CASE(a_poll_is_told_when_to_ask_again) {
  slots.subscriptions().set_limit(hub::subscription_bytes(select("a")));
  const auto stream = asking("topic=a");
  const auto over = asking("topic=b&poll=5");
  BOOST_TEST(over->finished);
  BOOST_TEST(over->head->status == 503);
  BOOST_TEST(over->body().find("streams.subscriptions_bytes_max") != std::string::npos);
  BOOST_TEST(refused() == 1U);
  BOOST_TEST(slots.used() == 1U);
}

// Its address is kept for its answer.
BOOST_AUTO_TEST_CASE(the_address_of_a_poll_counts_while_it_waits) {
  auto poll = asking("topic=" + std::string(1'000, 'a') + "&poll=5");
  BOOST_TEST(slots.subscriptions().used() == hub::subscription_bytes(select(std::string(1'000, 'a'))) +
                                                 1'000 + std::string("/events?topic=").size());
  poll.reset();
  BOOST_TEST(slots.subscriptions().used() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
