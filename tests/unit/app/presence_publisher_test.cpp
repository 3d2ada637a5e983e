// PresencePublisher: what is told reaches the log, and nothing is lost where the store does not take it.
#include "app/presence_publisher.hpp"

#include <boost/test/unit_test.hpp>

#include "support/hub_fixture.hpp"

using namespace std::chrono_literals;
using namespace worker;
using namespace worker::support;

namespace {

// Answers when the test wants.
struct SlowStore final : store::Store {
  void append(std::vector<log::Draft> drafts, store::Done done) override {
    appended.push_back(std::move(drafts));
    waiting = std::move(done);
  }
  void answer(const store::Kept& kept) { waiting(std::vector<store::Kept>(appended.back().size(), kept)); }
  std::string last() const {
    std::string text;
    for (const auto& each : appended.back()) text += each.event.type + " " + each.event.data + "\n";
    return text;
  }

  std::vector<std::vector<log::Draft>> appended;
  store::Done waiting;
};

struct Fixture : HubFixture {
  void start(const std::vector<std::string>& topics) {
    roster.emplace(presence::Settings{.topics = topics}, clock);
    publisher.emplace(loop, *roster, store, presence_metrics);
  }

  SlowStore store;
  presence::Metrics presence_metrics{registry};
  std::optional<presence::Roster> roster;
  std::optional<app::PresencePublisher> publisher;
};

const std::string one = "here {\"topic\":\"room\",\"count\":1,\"reset\":true}\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(presence_publisher_suite, Fixture)

BOOST_AUTO_TEST_CASE(what_the_store_does_not_take_is_made_again) {
  start({"*"});
  const auto first = roster->enter("room", "");
  advance(200ms);
  BOOST_TEST(store.appended.size() == 1U);
  BOOST_TEST(store.last() == one);
  const auto second = roster->enter("room", "");
  advance(5s);  // one append at a time
  BOOST_TEST(store.appended.size() == 1U);
  store.answer(base::failure(store::Rejection::unavailable));
  BOOST_TEST(presence_metrics.retries.value() == 1U);
  BOOST_TEST(presence_metrics.events.value() == 0U);
  advance(1s);
  BOOST_TEST(store.appended.size() == 2U);
  BOOST_TEST(store.last() == "here {\"topic\":\"room\",\"count\":2,\"reset\":true}\n");
  store.answer(std::string("e-1"));
  BOOST_TEST(presence_metrics.events.value() == 1U);
  advance(5s);
  BOOST_TEST(store.appended.size() == 2U);
}

BOOST_AUTO_TEST_CASE(more_than_an_append_takes_follow_at_once) {
  start({"*"});
  std::vector<presence::Roster::Visit> visits;
  for (int i = 0; i < 1'500; ++i) visits.push_back(roster->enter("room/" + std::to_string(i), ""));
  advance(200ms);
  BOOST_TEST(store.appended.back().size() == 1'000U);
  store.answer(std::string("e-1"));
  turn();
  turn();
  BOOST_TEST(store.appended.back().size() == 500U);
}

BOOST_AUTO_TEST_CASE(a_worker_that_stops_tells_no_more) {
  start({"*"});
  const auto visit = roster->enter("room", "");
  publisher->stop();
  advance(5s);
  BOOST_TEST(store.appended.empty());
}

BOOST_AUTO_TEST_CASE(without_topics_there_is_nothing_to_do) {
  start({});
  BOOST_TEST(!loop.timers().next().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
