#include <boost/test/unit_test.hpp>

#include "unit/store/contract.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

std::string counted(Subject& subject) {
  const auto stats = subject.event_log().stats();
  return fmt::format("{} events of {} topics, oldest {} ms", stats.events, stats.topics, stats.age.count());
}

const auto nothing = [] {};

}  // namespace

BOOST_AUTO_TEST_SUITE(evict_contract)

// --- by count ---

BOOST_AUTO_TEST_CASE_TEMPLATE(each_topic_holds_its_own_number, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 3;
  subject.publish_times(3, "a");
  subject.publish_times(3, "b");
  BOOST_TEST(subject.held() == "1 2 3 4 5 6");
  subject.publish("a");
  BOOST_TEST(subject.held() == "2 3 4 5 6 7");
  BOOST_TEST(subject.read("a") == "2 3 7 through 7 evicted 1");
  BOOST_TEST(subject.read("b") == "4 5 6 through 7 evicted 0");
  BOOST_TEST(subject.read("*") == "2 3 4 5 6 7 through 7 evicted 1");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(in_the_middle_of_the_order_too, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  subject.publish("quiet");
  subject.publish_times(5, "busy");
  BOOST_TEST(subject.held() == "1 5 6");
  BOOST_TEST(counted(subject) == "3 events of 2 topics, oldest 0 ms");
  BOOST_TEST(subject.read("busy") == "5 6 through 6 evicted 4");
  BOOST_TEST(subject.read("quiet") == "1 through 6 evicted 0");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_batch_larger_than_the_history_keeps_its_end, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 3;
  std::vector<Draft> batch;
  for (int i = 0; i < 10; ++i) batch.push_back(draft("a"));
  const auto results = subject.append(std::move(batch));
  BOOST_TEST(results.size() == 10U);
  BOOST_TEST(results[0].value() == subject.id(1));
  BOOST_TEST(subject.held() == "8 9 10");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_event_of_several_topics_lives_as_long_as_one_of_them_holds_it, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  subject.append(draft_with_id("a b", "x"));
  subject.publish_times(3, "a");
  BOOST_TEST(subject.held() == "1 3 4");
  BOOST_TEST(subject.read("b") == "1 through 4 evicted 0");
  BOOST_TEST(subject.resume("b", "x") == "after 1");
  BOOST_TEST(subject.append(draft_with_id("a b", "x")) == "x");
  BOOST_TEST(counted(subject) == "3 events of 2 topics, oldest 0 ms");
  subject.publish_times(2, "b");
  BOOST_TEST(subject.held() == "3 4 5 6");
  BOOST_TEST(subject.read("b") == "5 6 through 6 evicted 1");
  BOOST_TEST(counted(subject) == "4 events of 2 topics, oldest 0 ms");
}

// --- by age ---

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_too_old_goes, S, Subjects) {
  S subject;
  subject.settings.age_max = 10s;
  subject.publish("a");
  subject.clock.advance(4s);
  subject.publish("b");
  subject.age(6s);
  BOOST_TEST(subject.held() == "1 2");
  BOOST_TEST(counted(subject) == "2 events of 2 topics, oldest 10000 ms");
  subject.age(1ms);
  BOOST_TEST(subject.held() == "2");
  BOOST_TEST(counted(subject) == "1 events of 2 topics, oldest 6001 ms");
  BOOST_TEST(subject.read("a") == "through 2 evicted 1");
  BOOST_TEST(subject.read("b") == "2 through 2 evicted 0");
  subject.age(4s);
  BOOST_TEST(subject.held() == "");
  BOOST_TEST(counted(subject) == "0 events of 2 topics, oldest 0 ms");
  BOOST_TEST(subject.event_log().last() == 2U);
  BOOST_TEST(subject.publish("a") == subject.id(3));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_append_is_occasion_enough, S, Subjects) {
  S subject;
  subject.settings.age_max = 10s;
  subject.publish("a");
  subject.clock.advance(10s + 1ms);
  subject.publish("b");
  BOOST_TEST(subject.held() == "2");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_closed_topic_stays_closed_when_its_events_are_gone, S, Subjects) {
  S subject;
  subject.append(closing("a"));
  subject.age(2h);
  BOOST_TEST(subject.held() == "");
  BOOST_TEST(subject.closed("a"));
  BOOST_TEST(subject.publish("a") == "closed");
}

// --- by bytes ---

BOOST_AUTO_TEST_CASE_TEMPLATE(the_bytes_of_all_topics_stay_within_their_bound, S, Subjects) {
  S subject;
  subject.settings.bytes_max = 20'000;
  for (int i = 0; i < 200; ++i) {
    subject.publish(i % 2 == 0 ? "a" : "b/x", std::string(static_cast<std::size_t>(i * 37 % 2'000), 'x'));
    const auto stats = subject.event_log().stats();
    BOOST_REQUIRE_LE(stats.bytes, 20'000U);
    if (i > 40) BOOST_REQUIRE_GT(stats.bytes, 17'000U);  // as much as fits is held
  }
  const auto held = subject.event_log().read_all(0, 1'000);
  BOOST_TEST(held.back()->sequence() == 200U);
  for (std::size_t i = 1; i < held.size(); ++i)
    BOOST_TEST(held[i]->sequence() == held[i - 1]->sequence() + 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(an_event_larger_than_the_history_is_taken_and_gone, S, Subjects) {
  S subject;
  subject.settings.bytes_max = 1'000;
  subject.publish("a");
  BOOST_TEST(subject.publish("a", std::string(2'000, 'x')) == subject.id(2));
  BOOST_TEST(subject.held() == "");
  BOOST_TEST(subject.resume("a", subject.id(1)) == "after 2 gap evicted");
  BOOST_TEST(subject.publish("a") == subject.id(3));
  BOOST_TEST(subject.held() == "3");
}

// --- what a loop has not seen yet ---

BOOST_AUTO_TEST_CASE_TEMPLATE(nothing_goes_before_every_follower_has_seen_it, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  Follower fast;
  Follower slow;
  subject.event_log().follow(fast, nothing);
  subject.event_log().follow(slow, nothing);
  subject.publish_times(5, "a");
  BOOST_TEST(subject.held() == "1 2 3 4 5");
  fast.at = 5;
  subject.event_log().expire();
  BOOST_TEST(subject.held() == "1 2 3 4 5");
  slow.at = 2;
  subject.event_log().expire();
  BOOST_TEST(subject.held() == "3 4 5");
  slow.at = 5;
  subject.event_log().expire();
  BOOST_TEST(subject.held() == "4 5");
  BOOST_TEST(subject.resume("a", subject.id(0)) == "after 3 gap evicted");
}

// Whatever piled up while a loop was busy, the bound holds again once it has caught up.
BOOST_AUTO_TEST_CASE_TEMPLATE(the_count_holds_again_after_a_follower_lagged, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 2;
  Follower follower;
  subject.event_log().follow(follower, nothing);
  subject.publish_times(50, "a");
  follower.at = 50;
  subject.publish("a");
  follower.at = 51;
  subject.publish("a");
  follower.at = 52;
  subject.publish("b");
  BOOST_TEST(subject.read("a") == "51 52 through 53 evicted 50");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(followers_hold_back_age_and_bytes_as_well, S, Subjects) {
  S subject;
  subject.settings.age_max = 10s;
  subject.settings.bytes_max = 2'000;
  Follower follower;
  subject.event_log().follow(follower, nothing);
  for (int i = 0; i < 4; ++i) subject.publish("a", std::string(1'000, 'x'));
  BOOST_TEST(subject.held() == "1 2 3 4");
  follower.at = 1;
  subject.event_log().expire();
  BOOST_TEST(subject.held() == "2 3 4");
  subject.age(11s);
  BOOST_TEST(subject.held() == "2 3 4");
  follower.at = 3;
  subject.event_log().expire();
  BOOST_TEST(subject.held() == "4");
  follower.at = 4;
  subject.event_log().expire();
  BOOST_TEST(subject.held() == "");
}

// --- an eviction is never hidden ---

// Whatever a reader of whichever topics missed, it is told of a gap that reaches over it; and it is told of
// none where it missed nothing.
BOOST_AUTO_TEST_CASE_TEMPLATE(told_exactly_where_something_was_missed, S, Subjects) {
  S subject;
  subject.settings.topic_events_max = 3;
  std::vector<std::string> published;
  for (int i = 0; i < 60; ++i) {
    const auto topic = i * i % 7 == 0 ? "a" : i % 3 == 0 ? "b" : i % 11 == 0 ? "c/1" : "c/2";
    published.emplace_back(topic);
    subject.publish(topic);
  }
  for (const auto* selectors : {"a", "b", "c/1", "a b", "c/*", "b c/1", "*", "never"}) {
    const auto subscription = select(selectors);
    for (Sequence cursor = 0; cursor <= 60; ++cursor) {
      const auto from = subject.event_log().resume(subscription, subject.id(cursor));
      const auto slice = subject.event_log().read(subscription, from.after, 60, 1'000'000, 0);
      bool missed = false;
      for (Sequence place = cursor + 1; place <= 60; ++place) {
        if (!subscription.matches(published[place - 1])) continue;
        missed |= subject.event_log().read(subscription, place - 1, place, 1, 0).entries.empty();
      }
      BOOST_TEST_CONTEXT(selectors << " after " << cursor) {
        BOOST_TEST(from.gap.has_value() == missed);
        BOOST_TEST((slice.evicted_through > cursor) == missed);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
