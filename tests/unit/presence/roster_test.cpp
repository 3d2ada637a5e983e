#include "presence/roster.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>
#include <optional>
#include <random>
#include <set>
#include <thread>
#include <tuple>

#include "support/manual_clock.hpp"

using namespace worker;
using namespace worker::presence;
using namespace std::chrono_literals;

namespace {

// `room +2! a b - c`: two are present, names are told anew, a and b have joined and c has left.
std::string text_of(const Change& change) {
  auto text = fmt::format("{} {}{}", change.topic, change.count, change.reset ? "!" : "");
  for (const auto& each : change.joined) text += " +" + each;
  for (const auto& each : change.left) text += " -" + each;
  return text;
}

struct Fixture {
  explicit Fixture(Settings settings = {.topics = {"room", "room/*"}}, std::size_t leaving_max = 1'000)
      : roster(settings, clock, leaving_max) {}

  std::string told() {
    const auto changes = roster.changes(1'000'000);
    roster.told(changes);
    return text(changes);
  }
  /// After `time`.
  std::string told(std::chrono::milliseconds time) {
    clock.advance(time);
    return told();
  }
  static std::string text(const std::vector<Change>& changes) {
    std::string text;
    for (const auto& each : changes) text += (text.empty() ? "" : "; ") + text_of(each);
    return text;
  }

  support::ManualClock clock;
  Roster roster;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(roster_suite)

BOOST_AUTO_TEST_CASE(covers_its_topics_and_no_reserved_ones) {
  const Fixture some;
  BOOST_TEST(some.roster.enabled());
  BOOST_TEST(some.roster.covers("room/1"));
  BOOST_TEST(!some.roster.covers("rooms"));
  const Fixture all({.topics = {"*"}});
  BOOST_TEST(all.roster.covers("rooms"));
  BOOST_TEST(!all.roster.covers("$presence/room"));
  BOOST_TEST(!Fixture(Settings{}).roster.enabled());
}

BOOST_AUTO_TEST_CASE(those_who_come_and_go_are_told) {
  Fixture fixture;
  auto& roster = fixture.roster;
  std::optional<Roster::Visit> alice = roster.enter("room/1", "alice");
  BOOST_TEST(alice->topic() == "room/1");
  BOOST_TEST(fixture.told() == "room/1 1! +alice");
  const auto bob = roster.enter("room/1", "bob");
  const auto anonymous = roster.enter("room/1", "");
  BOOST_TEST(fixture.told(999ms) == "");  // once a second
  BOOST_TEST(fixture.told(1ms) == "room/1 3 +bob");
  BOOST_TEST(roster.totals().topics == 1U);
  BOOST_TEST(roster.totals().readers == 3U);
  alice.reset();
  BOOST_TEST(fixture.told(4'999ms) == "");
  BOOST_TEST(roster.present("room/1").count == 3U);
  BOOST_TEST(fixture.told(1ms) == "room/1 2 -alice");
  const auto present = roster.present("room/1");
  BOOST_TEST(present.count == 2U);
  BOOST_TEST((present.subjects == std::vector<std::string>{"bob"}));
  BOOST_TEST(roster.totals().readers == 2U);
}

BOOST_AUTO_TEST_CASE(a_return_within_the_grace_time_is_no_leave) {
  Fixture fixture;
  std::optional<Roster::Visit> subject = fixture.roster.enter("room", "alice");
  std::optional<Roster::Visit> anonymous = fixture.roster.enter("room", "");
  BOOST_TEST(fixture.told() == "room 2! +alice");
  for (int i = 0; i < 3; ++i) {
    subject.reset();
    anonymous.reset();
    BOOST_TEST(fixture.told(4'000ms) == "");
    subject.emplace(fixture.roster.enter("room", "alice"));
    anonymous.emplace(fixture.roster.enter("room", ""));
    BOOST_TEST(fixture.told() == "");
    BOOST_TEST(fixture.told(4'000ms) == "");
    BOOST_TEST(fixture.roster.totals().readers == 2U);
  }
  subject.reset();
  BOOST_TEST(fixture.told(5'000ms) == "room 1 -alice");
  anonymous.reset();
  BOOST_TEST(fixture.told(5'000ms) == "room 0");
}

BOOST_AUTO_TEST_CASE(two_tabs_of_a_subject_are_one_reader) {
  Fixture fixture;
  std::optional<Roster::Visit> first = fixture.roster.enter("room", "alice");
  std::optional<Roster::Visit> second = fixture.roster.enter("room", "alice");
  BOOST_TEST(fixture.told() == "room 1! +alice");
  first.reset();
  BOOST_TEST(fixture.told(10s) == "");
  second.reset();
  BOOST_TEST(fixture.told(5s) == "room 0 -alice");
}

BOOST_AUTO_TEST_CASE(who_comes_and_goes_between_two_events_was_never_there) {
  Fixture fixture({.topics = {"*"}, .grace = 0ms});
  const auto alice = fixture.roster.enter("room", "alice");
  BOOST_TEST(fixture.told() == "room 1! +alice");
  { const auto bob = fixture.roster.enter("room", "bob"); }
  BOOST_TEST(fixture.told(1s) == "");
  { const auto bob = fixture.roster.enter("other", "bob"); }
  BOOST_TEST(fixture.told(1s) == "");
  BOOST_TEST(fixture.roster.totals().topics == 1U);
}

BOOST_AUTO_TEST_CASE(what_was_not_told_is_made_again_with_the_newest_counts) {
  Fixture fixture({.topics = {"*"}, .grace = 0ms});
  std::optional<Roster::Visit> alice = fixture.roster.enter("room", "alice");
  BOOST_TEST(fixture.text(fixture.roster.changes(100)) == "room 1! +alice");  // and the store fails
  const auto bob = fixture.roster.enter("room", "bob");
  BOOST_TEST(fixture.text(fixture.roster.changes(100)) == "");
  fixture.clock.advance(1s);
  const auto both = fixture.roster.changes(100);
  BOOST_TEST(fixture.text(both) == "room 2! +alice +bob");
  alice.reset();
  fixture.roster.changes(100);
  fixture.roster.told(both);
  BOOST_TEST(fixture.told(1s) == "room 1 -alice");
}

BOOST_AUTO_TEST_CASE(a_topic_that_is_over_while_it_is_told_is_told_again) {
  Fixture fixture({.topics = {"*"}, .grace = 0ms});
  std::optional<Roster::Visit> alice = fixture.roster.enter("room", "alice");
  const auto slow = fixture.roster.changes(100);
  alice.reset();
  fixture.clock.advance(10s);
  fixture.roster.changes(100);
  fixture.roster.told(slow);
  BOOST_TEST(fixture.told(1s) == "room 0 -alice");
  BOOST_TEST(fixture.told(1s) == "");
  BOOST_TEST(fixture.roster.totals().topics == 0U);
}

BOOST_AUTO_TEST_CASE(many_names_are_left_out_and_come_back_as_a_whole) {
  Fixture fixture({.topics = {"*"}, .grace = 0ms, .names_max = 4});
  std::vector<Roster::Visit> visits;
  for (int i = 0; i < 4; ++i) visits.push_back(fixture.roster.enter("room", fmt::format("s{}", i)));
  BOOST_TEST(fixture.told() == "room 4!");  // more than three are not named from a reset on
  visits.pop_back();
  BOOST_TEST(fixture.told(1s) == "room 3! +s0 +s1 +s2");
  visits.push_back(fixture.roster.enter("room", "s3"));
  BOOST_TEST(fixture.told(1s) == "room 4 +s3");
  visits.push_back(fixture.roster.enter("room", "s4"));
  BOOST_TEST(fixture.told(1s) == "room 5!");
  BOOST_TEST(!fixture.roster.present("room").subjects.has_value());
  visits.pop_back();
  BOOST_TEST(fixture.told(1s) == "room 4!");
  BOOST_TEST(fixture.roster.present("room").subjects->size() == 4U);
  visits.pop_back();
  BOOST_TEST(fixture.told(1s) == "room 3! +s0 +s1 +s2");
}

BOOST_AUTO_TEST_CASE(many_who_leave_at_once_are_a_number) {
  Fixture fixture({.topics = {"*"}, .grace = 0ms, .names_max = 4});
  std::vector<Roster::Visit> first, second;
  for (int i = 0; i < 3; ++i) first.push_back(fixture.roster.enter("room", fmt::format("a{}", i)));
  BOOST_TEST(fixture.told() == "room 3! +a0 +a1 +a2");
  for (int i = 0; i < 2; ++i) {
    first.clear();
    for (int k = 0; k < 3; ++k) first.push_back(fixture.roster.enter("room", fmt::format("b{}{}", i, k)));
    fixture.roster.changes(0);  // ends those that are over
  }
  BOOST_TEST(fixture.told(1s) == "room 3! +b10 +b11 +b12");
}

BOOST_AUTO_TEST_CASE(names_that_become_too_many_while_they_are_told_are_void) {
  Fixture fixture({.topics = {"*"}, .grace = 0ms, .names_max = 2});
  std::vector<Roster::Visit> visits;
  visits.push_back(fixture.roster.enter("room", "a"));
  const auto slow = fixture.roster.changes(100);
  visits.push_back(fixture.roster.enter("room", "b"));
  visits.push_back(fixture.roster.enter("room", "c"));
  fixture.roster.told(slow);
  BOOST_TEST(fixture.told(1s) == "room 3!");
  visits.pop_back();
  BOOST_TEST(fixture.told(1s) == "room 2! +a +b");
}

BOOST_AUTO_TEST_CASE(no_more_than_so_many_are_kept_for_the_grace_time) {
  Fixture fixture({.topics = {"*"}}, 2);
  for (const auto* name : {"a", "b", "", "d"}) std::ignore = fixture.roster.enter("room", name);
  BOOST_TEST(fixture.told() == "room 2! +d");
  BOOST_TEST(fixture.told(5s) == "room 0 -d");
}

BOOST_AUTO_TEST_CASE(a_million_joins_and_leaves_leave_nothing_behind) {
  Fixture fixture({.topics = {"*"}, .grace = 100ms}, 1'000);
  std::size_t most = 0, told = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    {
      const auto visit =
          fixture.roster.enter(fmt::format("room/{}", i % 5'000), fmt::format("subject {}", i));
    }
    if (i % 1'000 != 0) continue;
    fixture.clock.advance(10ms);
    told += fixture.told().size();
    most = std::max(most, fixture.roster.totals().readers);
  }
  BOOST_TEST(most <= 1'000U);
  BOOST_TEST(told > 0U);
  for (int i = 0; i < 3; ++i) fixture.told(1s);
  BOOST_TEST(fixture.roster.totals().topics == 0U);
  BOOST_TEST(fixture.roster.totals().readers == 0U);
}

// Whatever happens in between, a reader that follows the events knows in the end who is there.
BOOST_AUTO_TEST_CASE(a_reader_of_the_events_knows_who_is_there) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
    Fixture fixture({.topics = {"*"}, .grace = std::chrono::milliseconds(pick(2) * 1'500), .names_max = 5},
                    3);
    std::set<std::string> known;
    std::vector<Roster::Visit> visits;
    std::size_t count = 0;
    bool named = false;
    const auto tell = [&](const std::vector<Change>& changes) {
      for (const auto& change : changes) {
        count = change.count;
        named = change.named;
        if (change.reset) known.clear();
        for (const auto& each : change.joined) BOOST_TEST(known.insert(each).second);
        for (const auto& each : change.left) BOOST_TEST(known.erase(each) == 1U);
      }
    };
    const auto move = [&] {
      if (visits.empty() || pick(2) == 0) {
        const int who = pick(8);
        visits.push_back(fixture.roster.enter("room", who == 0 ? "" : fmt::format("s{}", who)));
      } else {
        std::vector<Roster::Visit> rest;
        const auto gone = static_cast<std::size_t>(pick(static_cast<int>(visits.size())));
        for (std::size_t i = 0; i < visits.size(); ++i) {
          if (i != gone) rest.push_back(std::move(visits[i]));
        }
        visits.swap(rest);
      }
    };
    for (int i = 0; i < 200; ++i) {
      for (int k = pick(4); k > 0; --k) move();
      fixture.clock.advance(std::chrono::milliseconds(pick(3) * 500));
      const auto changes = fixture.roster.changes(100);
      if (pick(4) == 0) continue;  // the store does not take them
      for (int k = pick(3); k > 0; --k) move();
      fixture.roster.told(changes);
      tell(changes);
    }
    for (int i = 0; i < 3; ++i) {
      fixture.clock.advance(2s);
      const auto changes = fixture.roster.changes(100);
      fixture.roster.told(changes);
      tell(changes);
    }
    const auto present = fixture.roster.present("room");
    BOOST_TEST(present.count == count, "seed " << seed);
    if (named && present.subjects)
      BOOST_TEST((std::set(present.subjects->begin(), present.subjects->end()) == known), "seed " << seed);
    visits.clear();
    for (int i = 0; i < 4; ++i) {
      fixture.clock.advance(2s);
      const auto changes = fixture.roster.changes(100);
      fixture.roster.told(changes);
      tell(changes);
    }
    BOOST_TEST(count == 0U);
    BOOST_TEST(known.empty());
    BOOST_TEST(fixture.roster.totals().topics == 0U);
  }
}

BOOST_AUTO_TEST_CASE(every_thread_may_enter_and_leave) {
  support::ManualClock clock;
  Roster roster({.topics = {"*"}, .grace = 0ms}, clock);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&roster, t] {
      for (int i = 0; i < 2'000; ++i) {
        const auto visit =
            roster.enter(fmt::format("room/{}", i % 3), i % 5 == 0 ? "" : fmt::format("s{}", t));
        if (i % 100 == 0) roster.told(roster.changes(100));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < 3; ++i) {
    clock.advance(1s);
    roster.told(roster.changes(100));
  }
  BOOST_TEST(roster.totals().readers == 0U);
  BOOST_TEST(roster.totals().topics == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
