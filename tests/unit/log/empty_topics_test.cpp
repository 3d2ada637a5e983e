// What a history remembers of empty topics: within which bounds, and that discarding one hides no gap from
// its readers.
#include <malloc.h>

#include <boost/test/unit_test.hpp>
#include <random>

#include "log/merged_read.hpp"
#include "log/resume.hpp"
#include "support/drafts.hpp"
#include "support/event_log.hpp"
#include "support/manual_clock.hpp"

using namespace worker::log;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  worker::support::MemoryLog& log() {
    if (!log_) log_.emplace(settings, "life", clock);
    return *log_;
  }
  void publish(const std::string& topics, std::string data = "x") {
    std::vector<Draft> drafts;
    drafts.push_back(draft(topics, std::move(data)));
    log().append(std::move(drafts), [](const auto&) {});
  }
  void close(const std::string& topic) {
    std::vector<Draft> drafts;
    drafts.push_back(closing(topic, "x"));
    log().append(std::move(drafts), [](const auto&) {});
  }
  /// Evicts everything.
  void empty() {
    clock.advance(2h);
    while (log().expire()) {
    }
  }
  std::string resume(const std::string& selectors, const std::string& cursor) {
    return told(log().resume(select(selectors), cursor));
  }

  ManualClock clock;
  Settings settings;

 private:
  std::optional<worker::support::MemoryLog> log_;
};

std::string long_name(int number) { return fmt::format("{:06}/{}", number, std::string(993, 'n')); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(empty_topics_suite, Fixture)

// A publisher of the longest names: the worker takes no more memory than the operator allows.
BOOST_AUTO_TEST_CASE(long_names_stay_within_the_bytes_of_the_history) {
  const auto before = ::mallinfo2().uordblks;
  for (int i = 0; i < 100'000; ++i) {
    publish(long_name(i));
    if (i % 1'000 == 999) empty();
  }
  const auto stats = log().stats();
  BOOST_TEST(stats.events == 0U);
  BOOST_TEST(stats.emptied_topics == stats.topics);
  BOOST_TEST(stats.emptied_topics + stats.forgotten_topics == 100'000U);
  BOOST_TEST(stats.bytes <= settings.bytes_max * 3 / 8);
  BOOST_TEST(stats.bytes > settings.bytes_max * 2 / 10);
  if (before == 0) return;  // another allocator
  const auto taken = static_cast<double>(::mallinfo2().uordblks - before);
  BOOST_TEST(taken < 1.1 * static_cast<double>(stats.bytes), taken << " taken, " << stats.bytes);
  BOOST_TEST(taken > 0.8 * static_cast<double>(stats.bytes), taken << " taken, " << stats.bytes);
}

BOOST_AUTO_TEST_CASE(short_names_too) {
  const auto before = ::mallinfo2().uordblks;
  settings.bytes_max = 1'000'000'000;
  for (int i = 0; i < 50'000; ++i) publish(fmt::format("{}/a", i));
  empty();
  BOOST_TEST(log().stats().emptied_topics == 50'000U);
  if (before == 0) return;  // another allocator
  const auto taken = static_cast<double>(::mallinfo2().uordblks - before);
  const auto counted = static_cast<double>(log().stats().bytes);
  BOOST_TEST(taken < 1.1 * counted, taken << " taken, " << counted);
  BOOST_TEST(taken > 0.8 * counted, taken << " taken, " << counted);
}

BOOST_AUTO_TEST_CASE(as_many_bytes_as_fit_and_one_topic_more) {
  publish("a");
  empty();
  const auto each = log().stats().bytes;
  settings.bytes_max = 10 * each * EmptyTopics::bytes_share + EmptyTopics::bytes_share - 1;
  log().update(settings);
  for (const auto* name : {"b", "c", "d", "e", "f", "g", "h", "i", "j"}) publish(name);
  empty();
  BOOST_TEST(log().stats().bytes == 10 * each);
  BOOST_TEST(log().stats().forgotten_topics == 0U);
  BOOST_TEST(resume("a", "life-1") == "after 1");
  publish("k");
  empty();
  BOOST_TEST(log().stats().bytes == 10 * each);
  BOOST_TEST(log().stats().emptied_topics == 10U);
  BOOST_TEST(log().stats().forgotten_topics == 1U);
  // The shared mark covers a, which was discarded.
  BOOST_TEST(resume("a", "life-0") == "after 1 gap evicted");
  BOOST_TEST(resume("a", "life-1") == "after 1");
  BOOST_TEST(resume("b", "life-1") == "after 2 gap evicted");
  BOOST_TEST(resume("never", "life-0") == "after 1 gap evicted");
}

BOOST_AUTO_TEST_CASE(as_many_topics_as_the_count_allows_and_one_more) {
  settings.bytes_max = 1'000'000'000;
  for (std::size_t i = 0; i < EmptyTopics::count_max; ++i) publish(fmt::format("t{}", i));
  empty();
  BOOST_TEST(log().stats().forgotten_topics == 0U);
  BOOST_TEST(resume("never", "life-0") == "after 0");
  publish("one more");
  empty();
  BOOST_TEST(log().stats().emptied_topics == EmptyTopics::count_max);
  BOOST_TEST(log().stats().forgotten_topics == 2U);
}

BOOST_AUTO_TEST_CASE(a_closed_topic_that_was_discarded_is_open_again) {
  close("done");
  empty();
  const auto each = log().stats().bytes;
  settings.bytes_max = 3 * each * EmptyTopics::bytes_share;
  log().update(settings);
  publish("next");
  publish("last");
  empty();
  BOOST_TEST(log().closed(select("done")));
  publish("more");
  empty();
  BOOST_TEST(!log().closed(select("done")));
  BOOST_TEST(resume("done", "life-0").ends_with("gap evicted"));
}

// The topic whose last eviction is the latest is remembered longest, even if it was empty before all others.
BOOST_AUTO_TEST_CASE(a_topic_in_use_is_not_discarded) {
  publish("used");
  empty();
  const auto each = log().stats().bytes;
  settings.bytes_max = 3 * each * EmptyTopics::bytes_share;
  log().update(settings);
  for (int i = 0; i < 5; ++i) {
    publish(fmt::format("t{:02}", i));
    publish("used");
    empty();
    const auto stats = log().stats();
    BOOST_TEST(stats.bytes <= 3 * each + 8);
    BOOST_TEST(resume("used", log().id_of(log().last())) == fmt::format("after {}", log().last()));
    BOOST_TEST(resume("used", log().id_of(log().last() - 1)).ends_with("gap evicted"));
  }
  BOOST_TEST(log().stats().forgotten_topics == 3U);
}

// An event of several topics is under the prefixes of all of them until the last one evicts it.
BOOST_AUTO_TEST_CASE(prefixes_of_events_of_several_topics) {
  for (int i = 0; i < 2'000; ++i) publish(fmt::format("a{}/x b{}/x", i, i));
  empty();
  settings.bytes_max = 65'536;
  log().update(settings);
  while (log().expire()) {
  }
  BOOST_TEST(log().stats().bytes <= settings.bytes_max * 3 / 8);
}

// A store that other workers write to reports closed topics again and again.
BOOST_AUTO_TEST_CASE(topics_that_others_closed_count) {
  History history(settings, "life", clock);
  for (int i = 0; i < 30'000; ++i) {
    history.close(long_name(i), static_cast<Sequence>(i) + 1);
    history.trim();
  }
  const auto stats = stats_of(history);
  BOOST_TEST(stats.forgotten_topics > 10'000U);
  BOOST_TEST(stats.bytes <= settings.bytes_max / EmptyTopics::bytes_share);
  BOOST_TEST(history.retained().topics().is_closed(long_name(29'999)));
  BOOST_TEST(!history.retained().topics().is_closed(long_name(0)));
}

// Whatever was discarded: a reader that missed an event gets a gap that covers it.
BOOST_AUTO_TEST_CASE(no_gap_is_hidden) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t bound) { return random() % bound; };
    const auto name = [&] { return fmt::format("{}/{}", below(6), below(30)); };
    History history({.topic_events_max = 3, .age_max = 1h, .bytes_max = 12'000}, "e", clock);
    std::vector<std::vector<std::string>> published;
    for (int step = 0; step < 400; ++step) {
      auto topics = name();
      if (const auto second = name(); below(4) == 0 && second != topics) topics += " " + second;
      published.push_back(words(topics));
      const auto sequence = history.epochs().last() + 1;
      history.add(make_entry(draft(topics, "x"), sequence, history.epochs().id_of(sequence), clock.now()));
      clock.advance(std::chrono::minutes(below(3)));
      history.trim();
      const auto subscription = select(below(3) == 0 ? fmt::format("{}/*", below(6)) : name() + " " + name());
      const auto cursor = below(published.size() + 1);
      const auto from = worker::log::resume(history, subscription, history.epochs().id_of(cursor));
      const auto slice =
          MergedRead(history, subscription).slice(cursor, history.epochs().last(), 1'000'000, 0);
      const auto retained = [&](Sequence at) {
        return std::ranges::any_of(slice.entries, [&](const auto& entry) { return entry->sequence() == at; });
      };
      for (auto at = cursor + 1; at <= published.size(); ++at) {
        const bool asked = std::ranges::any_of(
            published[at - 1], [&](const auto& topic) { return subscription.matches(topic); });
        if (!asked || retained(at)) continue;
        BOOST_REQUIRE_MESSAGE(from.gap, "seed " << seed << ", step " << step << ": " << at << " is hidden");
        BOOST_REQUIRE_GE(slice.evicted_through, at);
      }
    }
    BOOST_REQUIRE_GT(stats_of(history).forgotten_topics, 10U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
