// Housekeeping: what happens once a second, though nobody publishes, and after an append.
#include "app/housekeeping.hpp"

#include <spdlog/sinks/ostream_sink.h>

#include <boost/test/unit_test.hpp>
#include <sstream>

#include "support/addresses.hpp"
#include "support/hub_fixture.hpp"

using namespace std::chrono_literals;
using namespace worker;
using namespace worker::support;

namespace {

struct Fixture : HubFixture {
  Fixture() {
    loop.on_turn([this](auto) { ++turns; });
  }
  std::size_t held() { return event_log().stats().events; }
  void start() { housekeeping.emplace(loop, event_log().log(), address_limit_log, token_keys); }

  std::ostringstream said;
  base::Logger logger{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(said)};
  api::StreamSlots slots{100, 1};
  api::AddressLimitLog address_limit_log{slots, logger};
  log::TemplateCache templates;
  app::TokenKeys token_keys{logger, templates};
  std::optional<app::Housekeeping> housekeeping;
  int turns = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(housekeeping_suite, Fixture)

BOOST_AUTO_TEST_CASE(events_that_are_too_old_are_evicted) {
  history.age_max = 10s;
  start();
  publish("a");
  for (int second = 0; second < 10; ++second) advance(1s);
  BOOST_TEST(held() == 1U);
  advance(1s);
  BOOST_TEST(held() == 0U);
}

BOOST_AUTO_TEST_CASE(many_are_evicted_in_several_turns) {
  history.age_max = 10s;
  start();
  publish_times(5'000, "a");
  advance(999ms);
  turns = 0;
  turn();
  const int idle = turns;
  clock.advance(20s);
  turns = 0;
  turn();
  BOOST_TEST(held() == 0U);
  BOOST_TEST(turns >= idle + 5);
}

BOOST_AUTO_TEST_CASE(a_shard_alone_evicts_nothing) {
  history.age_max = 10s;
  shard();
  publish("a");
  for (int second = 0; second < 100; ++second) advance(1s);
  BOOST_TEST(held() == 1U);
}

// An append evicts a thousand at most.
BOOST_AUTO_TEST_CASE(a_large_append_does_not_exceed_the_bounds_for_long) {
  history.topic_events_max = 10;
  shard();
  start();
  std::vector<log::Draft> drafts;
  for (int i = 0; i < 5'000; ++i) drafts.push_back(draft("a", "x"));
  event_log().append(std::move(drafts), [](const auto&) {});
  BOOST_TEST(held() == 5'000U);  // the shard has read none of them
  turn();
  BOOST_TEST(held() == 10U);
}

BOOST_AUTO_TEST_CASE(what_a_smaller_bound_leaves_no_room_for_goes_without_a_publish) {
  start();
  publish_times(3'000, "a");
  history.topic_events_max = 10;
  event_log().update(history);
  advance(1s);
  BOOST_TEST(held() == 10U);
}

BOOST_AUTO_TEST_CASE(refusals_are_logged) {
  start();
  const auto slot = slots.take(ipv4(1), clock.now());
  BOOST_TEST(!slots.take(ipv4(1), clock.now()));
  advance(999ms);
  BOOST_TEST(said.str() == "");
  advance(1ms);
  BOOST_TEST(said.str().find("streams.per_address_max") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
