// Private events: who gets them, and what those see who do not.
#include <boost/test/unit_test.hpp>

#include "hub/backpressure.hpp"
#include "support/hub_fixture.hpp"

using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : HubFixture {
  void close_privately(const std::string& topics) { append(privately(closing(topics, "bye"))); }
};

const std::string half_slice(16'360, 'x');

}  // namespace

BOOST_FIXTURE_TEST_SUITE(private_suite, Fixture)

BOOST_AUTO_TEST_CASE(only_those_get_it_to_whom_one_of_its_topics_is_granted) {
  RecordingSubscriber nothing, all, other, pattern, below, unasked;
  subscribe(nothing, "a");
  subscribe_granted(all, "a", "*");
  subscribe_granted(other, "a", "b");
  subscribe(pattern, "*");
  subscribe_granted(below, "*", "a/*");
  subscribe_granted(unasked, "b", "*");
  publish_private("a");
  publish("a");
  publish_private("a b");
  publish_private("a/1");
  settle();
  BOOST_TEST(nothing.news() == "[2]");
  BOOST_TEST(all.news() == "[1 2 3]");
  BOOST_TEST(other.news() == "[2 3]");
  BOOST_TEST(pattern.news() == "[2]");
  BOOST_TEST(below.news() == "[2 4]");
  BOOST_TEST(unasked.news() == "[3]");
}

BOOST_AUTO_TEST_CASE(the_same_in_a_replay) {
  publish_private("a");
  publish("a");
  publish_private("a b");
  publish_private("a/1");
  const struct {
    const char *asked, *granted, *expected;
  } table[] = {{"a", "", "[2]"},        {"a", "a", "[1 2 3]"},   {"a", "b", "[2 3]"}, {"*", "", "[2]"},
               {"*", "a/*", "[2 4]"},   {"*", "*", "[1 2 3 4]"}, {"a/*", "", ""},     {"a/*", "a/1", "[4]"},
               {"a a/*", "b", "[2 3]"}, {"b", "", ""},           {"b", "a", "[3]"}};
  for (const auto& [asked, granted, expected] : table) {
    RecordingSubscriber subscriber;
    subscribe_granted(subscriber, asked, granted, 0);
    settle();
    BOOST_TEST(subscriber.news() == expected, asked << " with " << granted << " granted");
  }
}

// Equal rights, one cohort: what they get is framed once.
BOOST_AUTO_TEST_CASE(equal_rights_share_a_cohort) {
  RecordingSubscriber first, second, third;
  subscribe_granted(first, "a", "a");
  subscribe_granted(second, "a", "*");
  BOOST_TEST(metrics.cohorts.value() == 1);
  subscribe(third, "a");
  BOOST_TEST(metrics.cohorts.value() == 2);
  publish_private("a");
  settle();
  BOOST_TEST(framed.size() == 1U);
  BOOST_TEST(metrics.delivered_events.value() == 2U);
}

BOOST_AUTO_TEST_CASE(a_slow_subscriber_continues_without_those_that_it_may_not_read) {
  RecordingSubscriber slow(1), granted(1);
  subscribe(slow, "a");
  subscribe_granted(granted, "a", "a");
  publish("a");
  settle();
  publish_private("a");
  publish("a");
  publish_private("a");
  settle();
  BOOST_TEST(slow.news() == "[1]");
  BOOST_TEST(granted.news() == "[1]");
  drain(slow);
  drain(granted);
  BOOST_TEST(slow.news() == "[3]");
  BOOST_TEST(granted.news() == "[2 3 4]");
  publish("a");
  settle();
  BOOST_TEST(slow.news() == "[5]");
}

// A cursor after the event, with its generated id: the id of a publisher would tell of it.
BOOST_AUTO_TEST_CASE(the_cursor_passes_it) {
  RecordingSubscriber subscriber,
      events(RecordingSubscriber::endless, RecordingSubscriber::HeartbeatMode::events);
  settings.heartbeat = 1s;
  subscribe(subscriber, "a");
  subscribe(events, "a");
  auto draft = draft_with_id("a", "secret", "x");
  draft.is_private = true;
  append(std::move(draft));
  for (int i = 0; i < 4; ++i) advance(500ms);
  BOOST_TEST(subscriber.received.find("id: e-1\n") != std::string::npos);
  BOOST_TEST(events.received.find("id: e-1\n") != std::string::npos);
  for (const auto* each : {&subscriber, &events}) {
    BOOST_TEST(each->received.find("secret") == std::string::npos);
    BOOST_TEST(each->received.find("x") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_private_event_closes_its_topics_for_all) {
  RecordingSubscriber live, granted, two, late(1), open;
  subscribe(live, "a");
  subscribe_granted(granted, "a", "a");
  subscribe(two, "a b");
  subscribe(late, "a");
  subscribe(open, "a c");
  publish("a");
  close_privately("a");
  settle();
  BOOST_TEST(live.news() == "[1] closed");
  BOOST_TEST(granted.news() == "[1 2] closed");
  BOOST_TEST(two.news() == "[1]");
  BOOST_TEST(late.news() == "[1]");
  drain(late);
  BOOST_TEST(late.news() == "closed");
  close_privately("b");
  settle();
  BOOST_TEST(two.news() == "closed");
  BOOST_TEST(open.news() == "[1]");
  for (auto* subscriber : {&live, &granted, &two, &late}) BOOST_TEST(subscriber->news() == "");
  RecordingSubscriber later;
  subscribe(later, "a", 1);
  BOOST_TEST(later.news() == "closed");
}

BOOST_AUTO_TEST_CASE(closed_privately_in_silence) {
  RecordingSubscriber live;
  subscribe(live, "a");
  settle();
  close_privately("a");
  turn();
  BOOST_TEST(live.news() == "closed");
}

BOOST_AUTO_TEST_CASE(closed_privately_while_a_flush_waits) {
  settings.flush_cost_per_stream = 10ms;
  RecordingSubscriber live;
  subscribe(live, "a");
  publish("a");
  turn();
  publish("a");
  close_privately("a");
  turn();
  BOOST_TEST(live.news() == "[1]");
  settle();
  BOOST_TEST(live.news() == "[2] closed");
}

// Many streams to end: as many turns as that takes.
BOOST_AUTO_TEST_CASE(closed_privately_in_parts) {
  std::vector<std::unique_ptr<RecordingSubscriber>> subscribers;
  for (int i = 0; i < 5; ++i) {
    subscribers.push_back(std::make_unique<RecordingSubscriber>());
    subscribers.back()->when_given = [&] { clock.advance(3ms); };
    subscribe(*subscribers.back(), "a");
  }
  bool between = false;  // another task of the loop came before the last one
  subscribers.front()->when_given = [&] {
    clock.advance(3ms);
    loop.post([&] { between = !subscribers.back()->ended; });
  };
  close_privately("a");
  turn();
  BOOST_TEST(between);
  for (const auto& subscriber : subscribers) BOOST_TEST(subscriber->news() == "closed");
}

BOOST_AUTO_TEST_CASE(whoever_leaves_is_not_ended) {
  std::optional<RecordingSubscriber> leaver(std::in_place), other(std::in_place);
  leaver->when_given = [&] {
    clock.advance(3ms);
    loop.post([&] {
      leaver.reset();
      other.reset();
    });
  };
  subscribe(*leaver, "a");
  subscribe(*other, "a");
  close_privately("a");
  settle();
  BOOST_TEST(!leaver);
  BOOST_TEST(metrics.cohorts.value() == 0);
}

// A public value must not be left out for a later one that the subscriber does not get.
BOOST_AUTO_TEST_CASE(private_values_supersede_for_those_who_get_them) {
  settings.conflate = {"price"};
  RecordingSubscriber nothing(1), all(1), other(1), some(1);
  subscribe(nothing, "price");
  subscribe_granted(all, "price", "*");
  subscribe_granted(other, "price", "b");
  subscribe_granted(some, "price z", "price");
  const auto publish_value = [&](const std::string& topics, bool is_private) {
    auto draft = draft_with_key(topics, "k", "x");
    draft.is_private = is_private;
    append(std::move(draft));
    settle();
  };
  publish_value("price", false);  // 1, after which they are slow
  publish_value("price", false);
  publish_value("price", true);
  publish_value("price b", true);
  for (auto* each : {&nothing, &all, &other, &some}) {
    BOOST_TEST(each->news() == "[1]");
    drain(*each);
  }
  BOOST_TEST(nothing.news() == "[2]");
  BOOST_TEST(all.news() == "[4]");
  BOOST_TEST(other.news() == "[2 4]");
  BOOST_TEST(some.news() == "[4]");
  // A later public value is for everybody.
  RecordingSubscriber again(1);
  subscribe(again, "price");
  publish_value("price", false);
  publish_value("price", true);
  publish_value("price", false);
  BOOST_TEST(again.news() == "[5]");
  drain(again);
  BOOST_TEST(again.news() == "[7]");
}

// --- many of them ---

namespace {

struct ManyFixture : Fixture {
  static constexpr int many = 100'000;

  ManyFixture() {
    history.topic_events_max = 2 * many;
    history.bytes_max = 1'000'000'000;
  }
  void publish_many(const std::string& topic) {
    for (int i = 0; i < many; ++i) {
      publish_private(topic);
      if (i % 1'000 == 0) turn();
    }
    settle();
  }
};

}  // namespace

// Each turn passes over a bounded number of them, so that others have their turns, and the position moves.
BOOST_FIXTURE_TEST_CASE(a_reader_passes_many_in_many_turns, ManyFixture) {
  publish("a");
  publish_many("a");
  for (const auto& [asked, granted] :
       {std::pair("a", ""), {"*", ""}, {"a/* a", ""}, {"*", "b"}, {"a b", "b"}}) {
    BOOST_TEST_CONTEXT(asked << " with " << granted << " granted") {
      RecordingSubscriber subscriber;
      subscribe_granted(subscriber, asked, granted, 0);
      BOOST_TEST(subscriber.news() == "[1]");
      // Other work of the loop comes between the parts.
      int turns = 0;
      std::function<void()> count = [&] {
        if (subscriber.wires.size() == 1 && ++turns < 1'000) loop.post(count);
      };
      publish("a");
      loop.post(count);
      turn();
      BOOST_TEST(subscriber.wires.size() > 1U);
      BOOST_TEST(turns > 5);
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_reader_who_passed_many_is_live, ManyFixture) {
  publish_many("a");
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", 0);
  for (int i = 0; i < 100; ++i) turn();
  publish("a");
  settle();
  BOOST_TEST(subscriber.news() == "[100001]");
  BOOST_TEST(metrics.replayed_events.value() == 0U);  // it came in a flush
}

BOOST_FIXTURE_TEST_CASE(a_closed_topic_with_many_ends, ManyFixture) {
  publish_many("a");
  close_privately("a");
  const auto start = event_log().resume(select("a"), "e-1");
  BOOST_TEST(!start.ended);  // that would take long to find out
  RecordingSubscriber subscriber;
  subscribe(subscriber, "a", start.after);
  for (int i = 0; i < 100; ++i) turn();
  BOOST_TEST(subscriber.news() == "closed");
  BOOST_TEST(event_log().resume(select("a"), "e-95000").ended);
}

BOOST_FIXTURE_TEST_CASE(a_slow_subscriber_passes_many, ManyFixture) {
  settings.conflate = {"a"};
  RecordingSubscriber slow(1);
  subscribe(slow, "a");
  append(draft_with_key("a", "k", "x"));
  settle();
  append(draft_with_key("a", "k", "x"));
  publish_many("a");
  append(draft_with_key("a", "k", "x"));
  settle();
  drain(slow);
  for (int i = 0; i < 100; ++i) turn();
  BOOST_TEST(slow.news() == "[1] [100003]");
}

BOOST_AUTO_TEST_SUITE_END()
