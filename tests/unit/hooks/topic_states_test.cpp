#include "hooks/topic_states.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

#include "support/manual_clock.hpp"

using namespace worker;
using namespace worker::hooks;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  explicit Fixture(std::size_t leaving_max = 1'000) : states(5s, leaving_max) {}

  auto enter(std::string_view topic) { return states.enter(topic, clock); }
  bool leave(TopicStates::Place place) { return states.leave(place, clock); }
  auto take(std::size_t count_max = 100) { return states.take(clock.now(), count_max, 1'000'000); }
  static std::string text(const std::vector<TopicStates::Change>& changes) {
    std::string text;
    for (const auto& each : changes)
      text += fmt::format("{}{}{}", text.empty() ? "" : " ", each.occupied ? '+' : '-', each.topic());
    return text;
  }
  /// What the receiver is told after `time`.
  std::string told(std::chrono::milliseconds time = 0ms) {
    clock.advance(time);
    const auto changes = take();
    const auto told = text(changes);
    states.settle(changes, clock.now());
    return told;
  }

  support::ManualClock clock;
  TopicStates states;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(topic_states_suite)

BOOST_AUTO_TEST_CASE(the_first_reader_occupies_and_the_last_one_vacates_after_the_grace_time) {
  Fixture some;
  BOOST_TEST(!some.states.due());
  const auto first = some.enter("a");
  const auto second = some.enter("a");
  BOOST_TEST((some.states.due() == some.clock.now()));
  BOOST_TEST(some.told() == "+a");
  BOOST_TEST(some.leave(first));
  BOOST_TEST(some.told(1h) == "");
  BOOST_TEST(some.leave(second));
  BOOST_TEST((some.states.due() == some.clock.now() + 5s));
  BOOST_TEST(some.told(4'999ms) == "");
  BOOST_TEST(some.told(1ms) == "-a");
  BOOST_TEST(some.states.topics() == 0U);
  BOOST_TEST(!some.states.due());
}

BOOST_AUTO_TEST_CASE(the_time_is_that_of_the_change) {
  Fixture some;
  const auto place = some.enter("a");
  const auto occupied = some.clock.wall();
  some.clock.advance(3s);
  auto changes = some.take();
  BOOST_TEST((changes.at(0).at == occupied));
  some.states.settle(changes, some.clock.now());
  const auto vacated = some.clock.wall();
  BOOST_TEST(some.leave(place));
  some.clock.advance(7s);
  changes = some.take();
  BOOST_TEST((changes.at(0).at == vacated));
}

BOOST_AUTO_TEST_CASE(a_reload_of_a_page_is_no_vacancy) {
  Fixture some;
  auto place = some.enter("a");
  BOOST_TEST(some.told() == "+a");
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST(some.leave(place));
    BOOST_TEST(some.told(4s) == "");
    place = some.enter("a");
    BOOST_TEST(some.told(10s) == "");
  }
  BOOST_TEST(some.leave(place));
  BOOST_TEST(some.told(4s) == "");
  BOOST_TEST(some.told(1s) == "-a");
}

BOOST_AUTO_TEST_CASE(who_comes_and_goes_before_anything_was_told_is_not_mentioned) {
  Fixture some;
  for (int i = 0; i < 1'000; ++i) BOOST_TEST(some.leave(some.enter(fmt::format("t/{}", i))));
  BOOST_TEST(some.states.topics() == 0U);
  BOOST_TEST(some.told(1h) == "");
}

BOOST_AUTO_TEST_CASE(changes_during_a_delivery_follow_it) {
  Fixture some;
  const auto a = some.enter("a");
  const auto b = some.enter("b");
  const auto delivery = some.take();
  BOOST_TEST(some.text(delivery) == "+a +b");
  BOOST_TEST(some.leave(a));
  some.clock.advance(1min);
  BOOST_TEST(some.leave(b));
  some.enter("b");
  some.states.settle(delivery, some.clock.now());
  BOOST_TEST(some.told() == "-a");
  BOOST_TEST(some.told(1h) == "");
}

BOOST_AUTO_TEST_CASE(a_topic_that_is_occupied_while_its_vacancy_is_delivered_is_told_again) {
  Fixture some;
  const auto place = some.enter("a");
  some.told();
  BOOST_TEST(some.leave(place));
  some.clock.advance(5s);
  const auto delivery = some.take();
  BOOST_TEST(some.text(delivery) == "-a");
  some.enter("a");
  some.states.settle(delivery, some.clock.now());
  BOOST_TEST(some.told() == "+a");
}

BOOST_AUTO_TEST_CASE(a_batch_has_its_bounds) {
  Fixture some;
  for (int i = 0; i < 25; ++i) some.enter(fmt::format("t{:02}", i));
  for (const auto expected : {10U, 10U, 5U, 0U}) {
    const auto changes = some.take(10);
    BOOST_TEST(changes.size() == expected);
    some.states.settle(changes, some.clock.now());
  }
  some.enter(std::string(600, 'x'));
  some.enter(std::string(600, 'y'));
  BOOST_TEST(some.states.take(some.clock.now(), 10, 500).size() == 1U);
}

BOOST_AUTO_TEST_CASE(everything_that_is_occupied_is_told_again_and_nothing_else) {
  Fixture some;
  std::vector<TopicStates::Place> places;
  for (int i = 0; i < 30; ++i) places.push_back(some.enter(fmt::format("t{:02}", i)));
  some.told();
  for (int i = 10; i < 30; ++i) BOOST_TEST(some.leave(places[static_cast<std::size_t>(i)]));
  some.states.forget_all();
  BOOST_TEST(some.states.due().has_value());
  std::string all;
  for (int i = 0; i < 10; ++i) {
    const auto changes = some.take(7);
    BOOST_TEST(changes.size() <= 7U);
    all += some.text(changes) + " ";
    some.states.settle(changes, some.clock.now());
  }
  for (int i = 0; i < 10; ++i) BOOST_TEST(all.find(fmt::format("+t{:02}", i)) != std::string::npos);
  BOOST_TEST(all.find("t10") == std::string::npos);
  BOOST_TEST(some.states.topics() == 10U);
  BOOST_TEST(some.told(1h) == "");
}

BOOST_AUTO_TEST_CASE(a_delivery_from_before_settles_nothing_after_everything_was_forgotten) {
  Fixture some;
  const auto a = some.enter("a");
  const auto b = some.enter("b");
  const auto delivery = some.take();
  some.states.forget_all();
  BOOST_TEST(some.leave(b));
  some.states.settle(delivery, some.clock.now());
  BOOST_TEST(some.told() == "+a");
  BOOST_TEST(some.states.topics() == 1U);
  BOOST_TEST(some.leave(a));
  BOOST_TEST(some.told(5s) == "-a");
}

BOOST_AUTO_TEST_CASE(topics_without_readers_are_bounded) {
  Fixture some(3);
  std::vector<TopicStates::Place> places;
  for (int i = 0; i < 5; ++i) places.push_back(some.enter(fmt::format("t{}", i)));
  some.told();
  for (int i = 0; i < 3; ++i) BOOST_TEST(some.leave(places[static_cast<std::size_t>(i)]));
  BOOST_TEST(!some.leave(places[3]));
  some.states.forget_all();
  BOOST_TEST(some.leave(places[4]));
  BOOST_TEST(some.told() == "");
  BOOST_TEST(some.states.topics() == 0U);
}

// A receiver that follows the changes knows in the end what is so, whatever happens in between.
BOOST_AUTO_TEST_CASE(the_receiver_knows_the_state_in_the_end) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    Fixture some(5);
    std::map<std::string, std::vector<TopicStates::Place>> open;
    std::map<std::string, bool> known;
    std::optional<std::vector<TopicStates::Change>> delivery;
    bool resets = false;
    for (int step = 0; step < 2'000; ++step) {
      const auto topic = fmt::format("t{}", random() % 12);
      auto& places = open[topic];
      switch (random() % 6) {
        case 0:
          places.push_back(some.enter(topic));
          break;
        case 1:
        case 2:
          if (places.empty()) break;
          if (!some.leave(places.back())) some.states.forget_all(), resets = true;
          places.pop_back();
          break;
        case 3:
          some.clock.advance(std::chrono::milliseconds(random() % 4'000));
          break;
        case 4:
          if (delivery) break;
          if (std::exchange(resets, false)) known.clear();
          delivery = some.take(3);
          for (const auto& each : *delivery) {
            BOOST_TEST(known[each.topic()] != each.occupied);
            known[each.topic()] = each.occupied;
          }
          break;
        default:
          if (delivery) some.states.settle(*delivery, some.clock.now());
          delivery.reset();
      }
    }
    if (delivery) some.states.settle(*delivery, some.clock.now());
    some.clock.advance(5s);
    if (resets) known.clear();
    for (int i = 0; i < 20; ++i) {
      const auto rest = some.take(3);
      for (const auto& each : rest) known[each.topic()] = each.occupied;
      some.states.settle(rest, some.clock.now());
    }
    std::size_t occupied = 0;
    for (const auto& [topic, places] : open) {
      BOOST_TEST(known[topic] == !places.empty());
      occupied += places.empty() ? 0 : 1;
    }
    BOOST_TEST(some.states.topics() == occupied);
    BOOST_TEST(some.states.waiting() == 0U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
