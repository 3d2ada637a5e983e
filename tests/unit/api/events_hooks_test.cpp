// GET /events where hooks are on: which streams and polls count, and what they cost.
#include <boost/test/unit_test.hpp>

#include "support/events_fixture.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : EventsFixture {
  Fixture() : EventsFixture(10) {
    hook_settings.url = "http://receiver";
    hook_settings.topics = {"room/*"};
    hook_settings.events = {.opened = true, .closed = true};
  }
  std::string told() {
    const auto delivery = readers().take(true).value();
    readers().settle(delivery, false);
    std::string types;
    for (std::size_t at = 0; (at = delivery.body.find("\"type\":\"", at)) != std::string::npos;) {
      at += 8;
      types += delivery.body.substr(at, delivery.body.find('"', at) - at) + " ";
    }
    return types;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(events_hooks_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_stream_counts_while_it_is_open) {
  BOOST_TEST(told() == "reset ");
  auto stream = asking("topic=room/1&topic=other");
  BOOST_TEST(told() == "occupied opened ");
  auto second = asking("topic=room/1");
  BOOST_TEST(told() == "opened ");
  stream.reset();
  second.reset();
  clock.advance(5s);
  BOOST_TEST(told() == "vacated closed closed ");
  BOOST_TEST(readers().totals().topics == 0U);
}

BOOST_AUTO_TEST_CASE(a_poll_occupies_and_neither_others_nor_head_count) {
  told();
  const auto other = asking("topic=other");
  auto asked = request("topic=room/1");
  asked.method = "HEAD";
  const auto head = served(std::move(asked));
  BOOST_TEST(told() == "");
  const auto poll = asking("topic=room/1&poll=10");
  BOOST_TEST(told() == "occupied ");
}

BOOST_AUTO_TEST_CASE(what_is_read_counts_as_memory_of_subscriptions) {
  auto same = asking("topic=room/1");
  const auto before = slots.subscriptions().used();
  auto stream = asking("topic=room/1");
  BOOST_TEST(slots.subscriptions().used() >= before + hooks::TopicStates::topic_bytes);
  stream.reset();
  BOOST_TEST(slots.subscriptions().used() == before);
  told();
  slots.subscriptions().set_limit(before);
  stream = asking("topic=room/2");
  BOOST_TEST(told() == "");
}

BOOST_AUTO_TEST_SUITE_END()
