// Topics of which a slow reader needs only the latest values.
#include <boost/test/unit_test.hpp>

#include "support/hub_bench.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubBench {
  Fixture() {
    settings.conflate = {"price", "rates/*"};
    settings.outbox_bytes_max = 1'000;
  }
  /// Each word: `topics:key`, topics parted by +, the key may be missing.
  void publish_keyed(const std::string& events) {
    for (const auto& word : words(events)) {
      const auto colon = word.find(':');
      auto topics = word.substr(0, colon);
      std::ranges::replace(topics, '+', ' ');
      append(draft_with_key(topics, colon == std::string::npos ? "" : word.substr(colon + 1), "x"));
      settle();
    }
  }
  /// What a slow reader of `selectors` gets of them when it drains.
  std::string slow_gets(const std::string& selectors, const std::string& events) {
    HubReader slow(1);
    subscribe(slow, selectors);
    publish_keyed("price+rates/x+other:first");
    const auto before = journal().last();
    publish_keyed(events);
    slow.news();
    drain(slow);
    settle();
    std::string all;
    for (const auto& place : words(slow.news())) {
      all += (all.empty() ? "" : " ") +
             std::to_string(std::stoull(place.substr(place.starts_with('['))) - before);
    }
    return all;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(conflate_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_latest_of_each_key) {
  BOOST_TEST(slow_gets("price", "price:a price:b price:a price:c price:b price:a") == "4 5 6");
  BOOST_TEST(metrics.conflated_events.value() == 3U);
}

BOOST_AUTO_TEST_CASE(where_none_is_superseded_all_come) {
  BOOST_TEST(slow_gets("price", "price:a price:b price:c") == "1 2 3");
  BOOST_TEST(metrics.conflated_events.value() == 0U);
}

BOOST_AUTO_TEST_CASE(without_a_key_all_come) {
  BOOST_TEST(slow_gets("price", "price price:a price price:a price") == "1 3 4 5");
}

BOOST_AUTO_TEST_CASE(the_same_key_under_another_topic_is_another_value) {
  BOOST_TEST(slow_gets("rates/*", "rates/1:a rates/2:a rates/1:a rates/1:b") == "2 3 4");
}

BOOST_AUTO_TEST_CASE(other_topics_keep_everything) {
  BOOST_TEST(slow_gets("other", "other:a other:a other:a") == "1 2 3");
  BOOST_TEST(slow_gets("*", "other:a price:a other:a price:a other:a") == "1 3 4 5");
}

// Superseded only where a later event stands in for it under every topic the reader asked for.
BOOST_AUTO_TEST_CASE(events_of_several_topics) {
  BOOST_TEST(slow_gets("price rates/*", "price+rates/1:a price:a") == "1 2");
  BOOST_TEST(slow_gets("price rates/*", "price+rates/1:a price:a rates/1:a") == "2 3");
}

// The topic it reads was not declared to conflate, whatever else the event was published under.
BOOST_AUTO_TEST_CASE(a_reader_of_another_topic_of_the_same_events_keeps_everything) {
  BOOST_TEST(slow_gets("other", "price+other:a price+other:a price+other:a") == "1 2 3");
  BOOST_TEST(slow_gets("other price", "price+other:a price+other:a price:a") == "1 2 3");
}

BOOST_AUTO_TEST_CASE(healthy_readers_get_every_value) {
  HubReader healthy;
  HubReader slow(1);
  subscribe(healthy, "price");
  subscribe(slow, "price");
  publish_keyed("price:a price:a price:a");
  BOOST_TEST(healthy.news() == "[1] [2] [3]");
  drain(slow);
  publish_keyed("price:a price:a");
  BOOST_TEST(slow.news() == "[1] [3] [4] [5]");
  BOOST_TEST(healthy.news() == "[4] [5]");
}

// A stock that moves ten thousand times while a phone is in a tunnel.
BOOST_AUTO_TEST_CASE(its_values_do_not_count_against_the_bound) {
  settings.flush_cost_per_stream = 0us;
  HubReader slow(1);
  subscribe(slow, "price");
  for (int i = 0; i < 5'000; ++i)
    append(draft_with_key("price", i % 2 == 0 ? "a" : "b", std::string(100, 'x')));
  settle();
  slow.news();
  drain(slow);
  BOOST_TEST(slow.news() == "[4999 5000]");
  BOOST_TEST(metrics.slow_closes.value() == 0U);
}

BOOST_AUTO_TEST_CASE(values_without_a_key_do_count) {
  HubReader slow(1);
  subscribe(slow, "price");
  publish_keyed("price:a price:a");
  for (int i = 0; i < 11; ++i) publish("price", std::string(90, 'x'));
  settle();
  BOOST_TEST(slow.news() == "[1] slow");
}

// Who resumes asked for the history, and gets it.
BOOST_AUTO_TEST_CASE(a_resumed_reader_gets_every_value) {
  HubReader healthy;
  subscribe(healthy, "price");
  publish_keyed("price:a price:a price:a");
  HubReader resumed(1);
  subscribe(resumed, "price", 0);
  BOOST_TEST(resumed.news() == "[1 2 3]");
  HubReader late(0);
  subscribe(late, "price", 0);
  publish_keyed("price:a");
  drain(late);
  BOOST_TEST(late.news() == "[1 2 3 4]");
}

BOOST_AUTO_TEST_CASE(which_topics_conflate_may_change) {
  HubReader slow(1);
  subscribe(slow, "other");
  publish_keyed("other:a other:a other:a");
  settings.conflate = {"other"};
  shard().update(settings);
  drain(slow, 1);
  BOOST_TEST(slow.news() == "[1] [2 3]");  // published before, and so not meant to be skipped
  publish_keyed("other:a other:a");
  drain(slow);
  BOOST_TEST(slow.news() == "[5]");
}

BOOST_AUTO_TEST_SUITE_END()
