// The busiest topics: true rates, bounded memory whatever is published, and whose names are not told.
#include "log/topic_rates.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "history_fixture.hpp"

using namespace worker::log;

namespace {

struct Fixture : HistoryFixture {
  Fixture() { rates.set_count(10); }

  void publish(const std::string& topics, int times = 1, bool is_private = false) {
    for (int i = 0; i < times; ++i) {
      auto of = draft(topics);
      of.is_private = is_private;
      rates.add(*entry(std::move(of), 1));
    }
  }
  /// `a 1.50, b 0.20`
  std::string busiest() const {
    std::string text;
    for (const auto& [topic, rate] : rates.busiest(clock.now()))
      text += fmt::format("{}{} {:.2f}", text.empty() ? "" : ", ", topic, rate);
    return text;
  }

  TopicRates rates;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(topic_rates_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_busiest_first) {
  BOOST_TEST(busiest() == "");
  publish("a", 6);
  publish("b", 60);
  publish("c", 12);
  publish("d", 4);
  publish("a c", 6);
  BOOST_TEST(busiest() == "b 1.00, c 0.30, a 0.20");
  rates.set_count(2);
  BOOST_TEST(busiest() == "b 1.00, c 0.30");
}

BOOST_AUTO_TEST_CASE(a_steady_rate_is_told_as_it_is) {
  for (int second = 0; second < 600; ++second) {
    clock.advance(1s);
    publish("a", 20);
    publish("b", 1);
  }
  const auto told = rates.busiest(clock.now());
  BOOST_REQUIRE(told.size() == 2U);
  BOOST_TEST(std::abs(told[0].per_second - 20) < 0.5);
  BOOST_TEST(std::abs(told[1].per_second - 1) < 0.05);
}

BOOST_AUTO_TEST_CASE(a_topic_that_falls_silent_fades) {
  publish("a", 600);
  BOOST_TEST(busiest() == "a 10.00");
  clock.advance(60s);
  BOOST_TEST(busiest() == "a 3.68");
  publish("b", 6);
  BOOST_TEST(busiest() == "a 3.68, b 0.10");
  clock.advance(4min);
  BOOST_TEST(busiest() == "");
  publish("b", 6);
  BOOST_TEST(busiest() == "b 0.10");
}

// Whatever is published beside it, and however many names that takes.
BOOST_AUTO_TEST_CASE(a_flood_of_names_hides_no_busy_topic) {
  int name = 0;
  for (int round = 0; round < 1'000; ++round) {
    publish("busy", 10);
    for (int i = 0; i < 90; ++i) publish(fmt::format("once/{}", ++name));
  }
  const auto told = rates.busiest(clock.now());
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].topic == "busy");
  const auto published = 10'000.0 / 60;
  const auto all = 100'000.0 / 60;
  BOOST_TEST(told[0].per_second <= published, "never too much");
  BOOST_TEST(told[0].per_second >= published - all / 128);
}

BOOST_AUTO_TEST_CASE(as_many_names_as_are_kept_are_counted_exactly) {
  rates.set_count(1'000);
  for (int i = 0; i < 256; ++i) publish(fmt::format("t{}", i), 6);
  const auto all = rates.busiest(clock.now());
  BOOST_TEST(all.size() == 256U);
  for (const auto& each : all) BOOST_TEST(each.per_second == 0.1);
  publish("one more", 5);
  BOOST_TEST(rates.busiest(clock.now()).size() <= 129U);
}

BOOST_AUTO_TEST_CASE(a_long_name_is_cut_between_characters) {
  const std::string begin(TopicRates::name_bytes_max - 1, 'x');
  publish(begin + "é" + std::string(60'000, 'y'), 6);
  publish(begin + "ü", 6);
  const auto told = rates.busiest(clock.now());
  BOOST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].topic == begin);
  BOOST_TEST(told[0].per_second == 0.2);
  const std::string whole = begin.substr(1) + "é";
  publish(whole, 60);
  BOOST_TEST(rates.busiest(clock.now())[0].topic == whole);
}

BOOST_AUTO_TEST_CASE(names_that_are_not_for_others) {
  publish("secret", 100, true);
  publish("$presence/a", 100);
  publish("$state/b", 100);
  BOOST_TEST(busiest() == "");
  publish("$presence/a open", 6);
  BOOST_TEST(busiest() == "open 0.10");
}

BOOST_AUTO_TEST_CASE(nothing_is_counted_where_nobody_wants_it) {
  publish("a", 60);
  rates.set_count(0);
  BOOST_TEST(busiest() == "");
  publish("a", 60);
  rates.set_count(5);
  BOOST_TEST(busiest() == "");
  publish("a", 6);
  BOOST_TEST(busiest() == "a 0.10");
}

// What a store has loaded was not published now, and the counts are those of this process.
BOOST_AUTO_TEST_CASE(in_a_history) {
  history.topic_rates().set_count(5);
  for (int i = 0; i < 6; ++i) add("a");
  const auto told = [this] { return history.topic_rates().busiest(clock.now()); };
  const std::vector<TopicRate> one = {{"a", 0.1}};
  BOOST_TEST((told() == one));
  History other(settings, "e2", clock);
  other.topic_rates().set_count(5);
  for (int i = 0; i < 60; ++i) other.add(entry(draft("b", "x"), other.epochs().last() + 1));
  history.become(std::move(other));
  BOOST_TEST((told() == one));
  for (int i = 0; i < 6; ++i) {
    history.add(Entry::make({.sequence = history.epochs().last() + 1,
                             .topics = {"c"},
                             .at = clock.now(),
                             .dated_ms = 5,
                             .frame = "data: x\n\n"}));
  }
  BOOST_TEST((told() == one));
}

BOOST_AUTO_TEST_SUITE_END()
