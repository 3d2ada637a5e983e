// What a history remembers of topics that hold nothing any more: within which bounds, and that forgetting one
// hides nothing from its readers.
#include <malloc.h>

#include <boost/test/unit_test.hpp>
#include <random>

#include "log/history.hpp"
#include "support/drafts.hpp"
#include "support/event_log.hpp"
#include "support/manual_clock.hpp"

using namespace worker::log;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Bench {
  worker::support::MemoryLog& journal() {
    if (!journal_) journal_.emplace(settings, "life", clock);
    return *journal_;
  }
  void publish(const std::string& topics, std::string data = "x") {
    std::vector<Draft> drafts;
    drafts.push_back(draft(topics, std::move(data)));
    journal().append(std::move(drafts), [](const auto&) {});
  }
  void close(const std::string& topic) {
    std::vector<Draft> drafts;
    drafts.push_back(closing(topic, "x"));
    journal().append(std::move(drafts), [](const auto&) {});
  }
  /// All that is held goes.
  void empty() {
    clock.advance(2h);
    while (journal().expire()) {
    }
  }
  std::string resume(const std::string& selectors, const std::string& cursor) {
    return told(journal().resume(select(selectors), cursor));
  }

  ManualClock clock;
  Settings settings;

 private:
  std::optional<worker::support::MemoryLog> journal_;
};

std::string long_name(int number) { return fmt::format("{:06}/{}", number, std::string(993, 'n')); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(emptied_topics_suite, Bench)

// A publisher of names that are as long as they may be: what the worker takes is what the operator allows.
BOOST_AUTO_TEST_CASE(long_names_stay_within_the_bytes_of_the_history) {
  const auto before = ::mallinfo2().uordblks;
  for (int i = 0; i < 100'000; ++i) {
    publish(long_name(i));
    if (i % 1'000 == 999) empty();
  }
  const auto stats = journal().stats();
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
  BOOST_TEST(journal().stats().emptied_topics == 50'000U);
  if (before == 0) return;  // another allocator
  const auto taken = static_cast<double>(::mallinfo2().uordblks - before);
  const auto counted = static_cast<double>(journal().stats().bytes);
  BOOST_TEST(taken < 1.1 * counted, taken << " taken, " << counted);
  BOOST_TEST(taken > 0.8 * counted, taken << " taken, " << counted);
}

BOOST_AUTO_TEST_CASE(as_many_as_fit_and_one_more) {
  publish("a");
  empty();
  const auto each = journal().stats().bytes;
  settings.bytes_max = 10 * each * History::emptied_share + History::emptied_share - 1;
  journal().update(settings);
  for (const auto* name : {"b", "c", "d", "e", "f", "g", "h", "i", "j"}) publish(name);
  empty();
  BOOST_TEST(journal().stats().bytes == 10 * each);
  BOOST_TEST(journal().stats().forgotten_topics == 0U);
  BOOST_TEST(resume("a", "life-1") == "after 1");
  publish("k");
  empty();
  BOOST_TEST(journal().stats().bytes == 10 * each);
  BOOST_TEST(journal().stats().emptied_topics == 10U);
  BOOST_TEST(journal().stats().forgotten_topics == 1U);
  // a, which is forgotten, has the mark of what it lost.
  BOOST_TEST(resume("a", "life-0") == "after 1 gap evicted");
  BOOST_TEST(resume("a", "life-1") == "after 1");
  BOOST_TEST(resume("b", "life-1") == "after 2 gap evicted");
  BOOST_TEST(resume("never", "life-0") == "after 1 gap evicted");
}

BOOST_AUTO_TEST_CASE(as_many_as_are_counted_and_one_more) {
  settings.bytes_max = 1'000'000'000;
  for (std::size_t i = 0; i < History::emptied_max; ++i) publish(fmt::format("t{}", i));
  empty();
  BOOST_TEST(journal().stats().forgotten_topics == 0U);
  BOOST_TEST(resume("never", "life-0") == "after 0");
  publish("one more");
  empty();
  BOOST_TEST(journal().stats().emptied_topics == History::emptied_max);
  BOOST_TEST(journal().stats().forgotten_topics == 2U);
}

BOOST_AUTO_TEST_CASE(a_closed_topic_that_is_forgotten_is_open_again) {
  close("done");
  empty();
  const auto each = journal().stats().bytes;
  settings.bytes_max = 3 * each * History::emptied_share;
  journal().update(settings);
  publish("next");
  publish("last");
  empty();
  BOOST_TEST(journal().closed(select("done")));
  publish("more");
  empty();
  BOOST_TEST(!journal().closed(select("done")));
  BOOST_TEST(resume("done", "life-0").ends_with("gap evicted"));
}

// Whose event went last is remembered longest, also where it had been emptied before all others.
BOOST_AUTO_TEST_CASE(a_topic_in_use_is_not_forgotten_for_its_past) {
  publish("used");
  empty();
  const auto each = journal().stats().bytes;
  settings.bytes_max = 3 * each * History::emptied_share;
  journal().update(settings);
  for (int i = 0; i < 5; ++i) {
    publish(fmt::format("t{:02}", i));
    publish("used");
    empty();
    const auto stats = journal().stats();
    BOOST_TEST(stats.bytes <= 3 * each + 8);
    BOOST_TEST(resume("used", journal().id_of(journal().last())) ==
               fmt::format("after {}", journal().last()));
    BOOST_TEST(resume("used", journal().id_of(journal().last() - 1)).ends_with("gap evicted"));
  }
  BOOST_TEST(journal().stats().forgotten_topics == 3U);
}

// An event of several topics is under the prefixes of all of them, until the last one gives it up.
BOOST_AUTO_TEST_CASE(prefixes_of_events_of_several_topics) {
  for (int i = 0; i < 2'000; ++i) publish(fmt::format("a{}/x b{}/x", i, i));
  empty();
  settings.bytes_max = 65'536;
  journal().update(settings);
  while (journal().expire()) {
  }
  BOOST_TEST(journal().stats().bytes <= settings.bytes_max * 3 / 8);
}

// Where the hub is kept elsewhere it tells us again and again which topics were closed.
BOOST_AUTO_TEST_CASE(topics_that_were_closed_elsewhere_count) {
  History history(settings, "life", clock);
  for (int i = 0; i < 30'000; ++i) {
    history.close(long_name(i), static_cast<Sequence>(i) + 1);
    history.trim();
  }
  const auto stats = history.stats();
  BOOST_TEST(stats.forgotten_topics > 10'000U);
  BOOST_TEST(stats.bytes <= settings.bytes_max / History::emptied_share);
  BOOST_TEST(history.is_closed(long_name(29'999)));
  BOOST_TEST(!history.is_closed(long_name(0)));
}

// Whatever was forgotten: who missed something is told of a gap that reaches over it.
BOOST_AUTO_TEST_CASE(nothing_is_hidden) {
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
      const auto place = history.last() + 1;
      history.add(make_entry(draft(topics, "x"), place, history.id_of(place), clock.now()));
      clock.advance(std::chrono::minutes(below(3)));
      history.trim();
      const auto subscription = select(below(3) == 0 ? fmt::format("{}/*", below(6)) : name() + " " + name());
      const auto cursor = below(published.size() + 1);
      const auto from = history.resume(subscription, history.id_of(cursor));
      const auto slice = history.read(subscription, cursor, history.last(), 1'000'000, 0);
      const auto held = [&](Sequence at) {
        return std::ranges::any_of(slice.entries, [&](const auto& entry) { return entry->sequence() == at; });
      };
      for (auto at = cursor + 1; at <= published.size(); ++at) {
        const bool asked = std::ranges::any_of(
            published[at - 1], [&](const auto& topic) { return subscription.matches(topic); });
        if (!asked || held(at)) continue;
        BOOST_REQUIRE_MESSAGE(from.gap, "seed " << seed << ", step " << step << ": " << at << " is hidden");
        BOOST_REQUIRE_GE(slice.evicted_through, at);
      }
    }
    BOOST_REQUIRE_GT(history.stats().forgotten_topics, 10U);
  }
}

BOOST_AUTO_TEST_SUITE_END()
