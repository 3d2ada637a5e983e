// Topics of which a slow subscriber needs only the latest values.
#include <boost/test/unit_test.hpp>

#include "support/hub_fixture.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubFixture {
  Fixture() { settings.conflate = {"price", "rates/*"}; }
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
  /// What a slow subscriber of `selectors` gets of them when it drains.
  std::string slow_gets(const std::string& selectors, const std::string& events) {
    RecordingSubscriber slow(1);
    subscribe(slow, selectors);
    publish_keyed("price+rates/x+other:first");
    const auto before = event_log().last();
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

// Superseded only where a later event stands in for it under every topic the subscriber asked for.
BOOST_AUTO_TEST_CASE(events_of_several_topics) {
  BOOST_TEST(slow_gets("price rates/*", "price+rates/1:a price:a") == "1 2");
  BOOST_TEST(slow_gets("price rates/*", "price+rates/1:a price:a rates/1:a") == "2 3");
}

// The topic it reads was not declared to conflate, whatever else the event was published under.
BOOST_AUTO_TEST_CASE(a_subscriber_of_another_topic_of_the_same_events_keeps_everything) {
  BOOST_TEST(slow_gets("other", "price+other:a price+other:a price+other:a") == "1 2 3");
  BOOST_TEST(slow_gets("other price", "price+other:a price+other:a price:a") == "1 2 3");
}

BOOST_AUTO_TEST_CASE(healthy_subscribers_get_every_value) {
  RecordingSubscriber healthy;
  RecordingSubscriber slow(1);
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
BOOST_AUTO_TEST_CASE(however_many_values_there_were) {
  settings.flush_cost_per_stream = 0us;
  RecordingSubscriber slow(1);
  subscribe(slow, "price");
  for (int i = 0; i < 5'000; ++i)
    append(draft_with_key("price", i % 2 == 0 ? "a" : "b", std::string(100, 'x')));
  settle();
  slow.news();
  drain(slow);
  settle();
  BOOST_TEST(slow.news() == "[4999 5000]");
}

// It is looked through in pieces, and what is left comes in slices of bounded size.
BOOST_AUTO_TEST_CASE(a_long_history_of_values) {
  history = {.topic_events_max = 100'000, .age_max = 1h, .bytes_max = 100'000'000};
  RecordingSubscriber slow(1);
  subscribe(slow, "price");
  publish_keyed("price:first");
  constexpr int keys = 2'000;
  for (int i = 0; i < 5 * keys; ++i)
    append(draft_with_key("price", fmt::format("key{}", i % keys), std::string(400, 'x')));
  settle();
  std::size_t turns = 0;
  while (!slow.received.ends_with(fmt::format("id: e-{}\n\n", 5 * keys + 1))) {
    BOOST_REQUIRE(++turns < 1'000U);
    drain(slow, 1);
    settle();
  }
  for (const auto& wire : slow.wires) BOOST_TEST(wire->size() <= 32'768U);
  BOOST_TEST(metrics.delivered_events.value() == 1U + keys);
  BOOST_TEST(metrics.conflated_events.value() == 4U * keys);
}

// The value that stands in for others is not in the piece at hand, nor flushed yet when that is looked
// through.
BOOST_AUTO_TEST_CASE(values_that_come_while_it_catches_up) {
  RecordingSubscriber slow(1);
  subscribe(slow, "price");
  publish_keyed("price:a price:b");
  for (int i = 0; i < 10; ++i) append(draft_with_key("price", "b", std::string(20'000, 'x')));
  settle();
  BOOST_TEST(slow.news() == "[1]");
  publish_keyed("price:b");
  drain(slow, 1);
  BOOST_TEST(slow.news() == "[13]");
  publish_keyed("price:b price:a price:b");
  drain(slow);
  BOOST_TEST(slow.news() == "[15 16]");
}

BOOST_AUTO_TEST_CASE(two_slow_subscribers_at_different_places) {
  RecordingSubscriber early(1);
  RecordingSubscriber late(1);
  subscribe(early, "price");
  subscribe(late, "price");
  publish_keyed("price:a");
  drain(late, 1);
  publish_keyed("price:b price:c price:b");
  BOOST_TEST(early.news() == "[1]");
  BOOST_TEST(late.news() == "[1] [2]");
  drain(early);
  BOOST_TEST(early.news() == "[3 4]");
  drain(late);
  BOOST_TEST(late.news() == "[3 4]");
}

// It cannot know all keys; what it forgot, nobody skips.
BOOST_AUTO_TEST_CASE(more_keys_than_are_remembered) {
  worker::hub::Conflation conflation({"price"});
  const auto asked = select("price");
  const std::string long_name(10'000, 'k');
  std::vector<worker::log::EntryPtr> entries;
  for (unsigned i = 0; i < 2'000; ++i) {
    auto draft = draft_with_key("price", long_name + std::to_string(i % 1'000), "x");
    entries.push_back(make_entry(std::move(draft), i + 1, "e", clock.now()));
    conflation.note(*entries.back());
  }
  BOOST_TEST(!conflation.superseded(*entries[0], asked));  // superseded by one that is forgotten
  BOOST_TEST(conflation.superseded(*entries[999], asked));
  for (unsigned i = 1'000; i < 2'000; ++i) BOOST_TEST(!conflation.superseded(*entries[i], asked));
  conflation.forget();
  BOOST_TEST(!conflation.superseded(*entries[999], asked));
}

// Who resumes asked for the history, and gets it.
BOOST_AUTO_TEST_CASE(a_resumed_subscriber_gets_every_value) {
  RecordingSubscriber healthy;
  subscribe(healthy, "price");
  publish_keyed("price:a price:a price:a");
  RecordingSubscriber resumed(1);
  subscribe(resumed, "price", 0);
  BOOST_TEST(resumed.news() == "[1 2 3]");
  RecordingSubscriber late(0);
  subscribe(late, "price", 0);
  publish_keyed("price:a");
  drain(late);
  BOOST_TEST(late.news() == "[1 2 3 4]");
}

BOOST_AUTO_TEST_CASE(which_topics_conflate_may_change) {
  RecordingSubscriber slow(1);
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
