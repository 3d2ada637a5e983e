// What the memory store adds to the contract: how it counts, how fast it finds, and what it forgets.
#include "support/event_log.hpp"

#include <malloc.h>

#include <boost/test/unit_test.hpp>

#include "support/drafts.hpp"
#include "support/manual_clock.hpp"

using namespace worker::log;
using namespace worker::store;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  ManualClock clock;
  Settings settings;
  std::optional<worker::support::MemoryLog> event_log_;

  worker::support::MemoryLog& event_log() {
    if (!event_log_) event_log_.emplace(settings, "life", clock);
    return *event_log_;
  }
  std::string append(Draft draft) {
    std::vector<Draft> drafts;
    drafts.push_back(std::move(draft));
    std::string result;
    event_log().append(std::move(drafts), [&](const auto& results) { result = told(results.front()); });
    return result;
  }
  void publish_times(int count, const std::string& topics) {
    for (int i = 0; i < count; ++i) append(draft(topics));
  }
  /// One event each for `count` topics that only live for it.
  void pass(int count, const std::string& prefix) {
    std::vector<Draft> drafts;
    for (int i = 0; i < count; ++i) drafts.push_back(draft(fmt::format("{}{}", prefix, i)));
    event_log().append(std::move(drafts), [](const auto&) {});
    age(2h);
  }
  void age(std::chrono::milliseconds by) {
    clock.advance(by);
    while (event_log().expire()) {
    }
  }
  std::string held() { return places(event_log().read_all(0, 1'000)); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(memory_store_suite, Fixture)

BOOST_AUTO_TEST_CASE(ids_by_the_letter) {
  BOOST_TEST(append(draft("a")) == "life-1");
  BOOST_TEST(event_log().id_of(1) == "life-1");
  BOOST_TEST(append(draft_with_id("a", "life-9")) == "reserved");
}

// Only what a hub could have given out is of an earlier life of it; publishers' own ids often end in digits.
BOOST_AUTO_TEST_CASE(earlier_lives_are_told_from_ids_of_publishers) {
  const auto reason = [&](const std::string& cursor) {
    return std::string(name_of(event_log().resume(select("a"), cursor).gap.value()));
  };
  for (const auto* cursor : {"abcd-1", "0000-0", "lif3-18446744073709551615"})
    BOOST_TEST(reason(cursor) == "restarted");
  for (const auto* cursor :
       {"order-17", "abc-1", "abcde-1", "-1", "Abcd-1", "a cd-1", "a-cd-1", "abcd-x", "abcd", "life-1"}) {
    BOOST_TEST(reason(cursor) == "unknown");
  }
  BOOST_TEST(reason("550e8400-e29b-41d4-a716-446655440000") == "unknown");
}

BOOST_AUTO_TEST_CASE(done_is_called_before_append_returns) {
  bool done = false;
  std::vector<Draft> drafts;
  drafts.push_back(draft("a"));
  event_log().append(std::move(drafts), [&](const auto&) { done = true; });
  BOOST_TEST(done);
}

// The lock is free then, so whoever is told may ask.
BOOST_AUTO_TEST_CASE(callbacks_may_use_the_log) {
  Follower follower;
  std::string seen;
  event_log().follow(follower, [&] { seen += "news " + held() + "; "; });
  std::vector<Draft> drafts;
  drafts.push_back(draft("a"));
  event_log().append(std::move(drafts), [&](const auto&) { seen += "done " + held(); });
  BOOST_TEST(seen == "news 1; done 1");
}

// --- what an entry takes ---

BOOST_AUTO_TEST_CASE(bytes_are_those_of_the_entries_held) {
  append(draft_with_id("a b", "alias", std::string(1'000, 'x')));
  const auto bytes = [&] { return event_log().stats().bytes; };
  const auto before = bytes();
  BOOST_TEST(before > 1'000U);
  append(draft_with_key("a", "key", "y"));
  BOOST_TEST(bytes() - before == event_log().read_all(1, 1).at(0)->size_bytes());
  const auto one_topic_more = bytes();
  append(draft_with_key("a new topic", "key", "y"));
  BOOST_TEST(bytes() - one_topic_more > event_log().read_all(2, 1).at(0)->size_bytes() + 100);
  age(2h);
  BOOST_TEST(bytes() == event_log().stats().emptied_bytes);
  BOOST_TEST(bytes() < 1'000U);
}

// What an operator allows is what is taken, whether topics are many or few, and whatever stays between events
// that went.
BOOST_AUTO_TEST_CASE(bytes_are_about_what_the_memory_is) {
  for (const auto* kind : {"one topic", "a topic each", "a few of many", "ids"}) {
    BOOST_TEST_CONTEXT(kind) {
      event_log_.reset();
      const std::string_view is = kind;
      settings.topic_events_max = is == "a few of many" ? 10 : 1'000'000;
      const auto before = ::mallinfo2().uordblks;
      if (before == 0) return;  // another allocator
      for (int i = 0; i < 100'000; ++i) {
        if (is == "ids") {
          append(draft_with_id("a", fmt::format("an id of its own {}", i)));
        } else if (is == "a topic each") {
          append(draft(fmt::format("somebody/and-the-topic/{}", i)));
        } else {
          append(draft(is == "one topic" || i % 16 != 0 ? "a" : fmt::format("quiet-{}", i / 16)));
        }
      }
      const auto taken = static_cast<double>(::mallinfo2().uordblks - before);
      const auto counted = static_cast<double>(event_log().stats().bytes);
      BOOST_TEST(taken < 1.08 * counted, fmt::format("{} taken, {} counted", taken, counted));
      BOOST_TEST(taken > 0.85 * counted, fmt::format("{} taken, {} counted", taken, counted));
    }
  }
}

BOOST_AUTO_TEST_CASE(bytes_of_texts) {
  append(draft("d", "x"));
  append(draft("d", "x"));
  const auto size = [&](std::size_t place) { return event_log().read_all(place, 1).at(0)->size_bytes(); };
  append(draft("d", std::string(10, 'x')));
  append(draft("d", std::string(110, 'x')));
  BOOST_TEST(size(3) - size(2) == 100U);
  append(draft_with_key("d", std::string(50, 'k'), std::string(10, 'x')));
  BOOST_TEST(size(4) - size(2) == 50U);
}

BOOST_AUTO_TEST_CASE(bytes_return_to_nothing) {
  settings.topic_events_max = 7;
  settings.past_ids_max = 0;
  Follower follower;
  event_log().follow(follower, [] {});
  for (int i = 0; i < 500; ++i) {
    const auto topics = fmt::format("t{} u{} v", i % 13, i % 5);
    append(i % 4 == 0
               ? draft_with_id(topics, fmt::format("id{}", i), std::string(static_cast<std::size_t>(i), 'x'))
               : draft_with_key(topics, fmt::format("k{}", i)));
    if (i % 17 == 0) follower.at = event_log().last();
    clock.advance(1s);
  }
  follower.at = event_log().last();
  BOOST_TEST(event_log().stats().bytes > 0U);
  age(2h);
  const auto stats = event_log().stats();
  BOOST_TEST(stats.events == 0U);
  BOOST_TEST(stats.bytes == stats.emptied_bytes);
  BOOST_TEST(stats.emptied_topics == 19U);
  BOOST_TEST(stats.age.count() == 0);
  BOOST_TEST(held() == "");
  BOOST_TEST(append(draft_with_id("v", "id4")) == "id4");  // no alias of an evicted event is left
  BOOST_TEST(held() == "501");
}

// What is over the bounds goes in parts, each of which takes a moment only.
BOOST_AUTO_TEST_CASE(a_lot_expires_in_parts) {
  publish_times(2'500, "a");
  clock.advance(2h);
  BOOST_TEST(event_log().expire());
  BOOST_TEST(event_log().stats().events == 1'500U);
  BOOST_TEST(event_log().expire());
  BOOST_TEST(!event_log().expire());
  BOOST_TEST(event_log().stats().events == 0U);
  BOOST_TEST(!event_log().expire());
}

BOOST_AUTO_TEST_CASE(events_of_many_topics_count_for_each) {
  for (int i = 0; i < 30; ++i) {
    auto wide = draft("a");
    for (int n = 0; n < 99; ++n) wide.topics.push_back(fmt::format("t{}", n));
    append(std::move(wide));
  }
  clock.advance(2h);
  BOOST_TEST(event_log().expire());
  BOOST_TEST(event_log().stats().events == 20U);
}

BOOST_AUTO_TEST_CASE(a_topic_over_a_lower_bound_goes_in_parts) {
  publish_times(2'500, "a");
  publish_times(10, "b");
  settings.topic_events_max = 5;
  event_log().update(settings);
  BOOST_TEST(event_log().expire());
  BOOST_TEST(event_log().stats().events == 1'510U);
  while (event_log().expire()) {
  }
  BOOST_TEST(event_log().stats().events == 10U);
}

// However much has to go for it, a publish makes room for a part only; who calls expire() does the rest.
BOOST_AUTO_TEST_CASE(an_append_makes_room_in_parts) {
  publish_times(2'500, "a");
  clock.advance(2h);
  append(draft("a"));
  BOOST_TEST(event_log().stats().events == 1'501U);
}

// --- new bounds ---

BOOST_AUTO_TEST_CASE(lower_bounds_take_hold_with_the_next_occasion) {
  publish_times(10, "a");
  publish_times(10, "b");
  settings.topic_events_max = 3;
  event_log().update(settings);
  event_log().expire();
  BOOST_TEST(held() == "8 9 10 18 19 20");
}

BOOST_AUTO_TEST_CASE(lower_bounds_take_hold_with_the_next_append) {
  publish_times(10, "a");
  settings.topic_events_max = 3;
  event_log().update(settings);
  append(draft("a"));
  BOOST_TEST(held() == "9 10 11");
}

BOOST_AUTO_TEST_CASE(a_lower_age_and_fewer_bytes) {
  publish_times(5, "a");
  clock.advance(10s);
  publish_times(5, "a");
  settings.age_max = 9s;
  event_log().update(settings);
  event_log().expire();
  BOOST_TEST(held() == "6 7 8 9 10");
  settings.bytes_max = event_log().stats().bytes - 3 * event_log().read_all(0, 1).at(0)->size_bytes();
  event_log().update(settings);
  event_log().expire();
  BOOST_TEST(held() == "9 10");
}

BOOST_AUTO_TEST_CASE(higher_bounds_hold_more) {
  settings.topic_events_max = 2;
  publish_times(4, "a");
  settings.topic_events_max = 4;
  event_log().update(settings);
  publish_times(3, "a");
  BOOST_TEST(held() == "4 5 6 7");
}

// --- finding ---

// 100,000 lookups in 100,000 events: done in no time, or, by scanning, never.
BOOST_AUTO_TEST_CASE(a_cursor_is_found_without_searching, *boost::unit_test::timeout(600)) {
  settings.topic_events_max = 200'000;
  std::vector<Draft> drafts;
  for (int i = 0; i < 100'000; ++i) drafts.push_back(draft_with_id("a", fmt::format("own {}", i)));
  event_log().append(std::move(drafts), [](const auto&) {});
  Sequence sum = 0;
  const auto subscription = select("a");
  for (int i = 0; i < 100'000; i += 2) {
    sum += event_log().resume(subscription, fmt::format("own {}", i)).after;
    sum += event_log().resume(subscription, event_log().id_of(static_cast<Sequence>(i) + 2)).after;
    BOOST_REQUIRE_EQUAL(
        event_log().read(subscription, static_cast<Sequence>(i), 100'000, 1, 0).entries.size(), 1U);
  }
  BOOST_TEST(sum == 100'000ULL * 100'001 / 2);
}

// A full history is trimmed from its front, and a busy topic beside a quiet one from its middle.
BOOST_AUTO_TEST_CASE(a_full_history_takes_more_without_searching, *boost::unit_test::timeout(600)) {
  settings.topic_events_max = 50'000;
  append(draft("quiet"));
  publish_times(300'000, "busy");
  BOOST_TEST(event_log().stats().events == 50'001U);
}

// --- forgetting ---

BOOST_AUTO_TEST_CASE(topics_without_events_are_remembered_up_to_a_bound) {
  settings.bytes_max *= 2;
  pass(60'000, "x");
  BOOST_TEST(event_log().stats().topics == 60'000U);
  pass(60'000, "y");
  BOOST_TEST(event_log().stats().topics == 100'000U);
  pass(150'000, "z");
  BOOST_TEST(event_log().stats().topics == 100'000U);
}

// One topic that empties again and again costs the others nothing but their places in the line.
BOOST_AUTO_TEST_CASE(a_topic_that_empties_again_and_again) {
  for (int i = 0; i < 120'000; ++i) {
    append(draft("again"));
    clock.advance(2h);
  }
  event_log().expire();
  BOOST_TEST(event_log().stats().topics <= 1U);
  BOOST_TEST(event_log().stats().events == 0U);
}

BOOST_AUTO_TEST_CASE(who_reads_a_forgotten_topic_is_told_of_a_gap) {
  settings.bytes_max *= 2;
  append(draft("old"));
  age(2h);
  pass(100'001, "x");
  BOOST_TEST(told(event_log().resume(select("old"), "life-0")) == "after 2 gap evicted");
  BOOST_TEST(told(event_log().resume(select("ol/* old"), "life-0")) == "after 2 gap evicted");
}

// Also where it has events again.
BOOST_AUTO_TEST_CASE(who_reads_a_forgotten_topic_that_came_back_is_told_of_a_gap) {
  settings.bytes_max *= 2;
  append(draft("old"));
  age(2h);
  pass(100'001, "x");
  append(draft("old"));
  const auto from = event_log().resume(select("old"), "life-0");
  BOOST_TEST(from.gap.has_value());
  BOOST_TEST(from.after >= 1U);
  BOOST_TEST(event_log().read(select("old"), 0, event_log().last(), 1'000, 0).evicted_through >= 1U);
}

BOOST_AUTO_TEST_CASE(names_of_reasons) {
  BOOST_TEST(name_of(GapReason::unknown) == "unknown");
  BOOST_TEST(name_of(GapReason::evicted) == "evicted");
  BOOST_TEST(name_of(GapReason::lost) == "lost");
  BOOST_TEST(name_of(GapReason::restarted) == "restarted");
}

// Nothing else opens one again.
BOOST_AUTO_TEST_CASE(a_topic_is_closed_until_100_000_others_were_emptied_after_it) {
  append(closing("job"));
  age(2h);
  pass(99'999, "x");
  BOOST_TEST(append(draft("job")) == "closed");
  pass(1, "one more ");
  BOOST_TEST(append(draft("job")) == "life-100002");
}

BOOST_AUTO_TEST_SUITE_END()
