// Peers: what the messages of other workers do to the roster.
#include "presence/peers.hpp"

#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

#include "support/manual_clock.hpp"

using namespace worker;
using namespace worker::presence;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  Fixture() {
    peers.apply({.from = "w1", .joins = true}, 7);
    peers.apply(all("w1", 7, {room(2, {"alice"})}), 8);
  }

  static Change room(std::size_t count, std::vector<std::string> joined, std::vector<std::string> left = {}) {
    return {
        .topic = "room", .count = count, .named = true, .joined = std::move(joined), .left = std::move(left)};
  }
  static StateMessage all(const std::string& from, std::uint64_t rank, std::vector<Change> part) {
    for (auto& each : part) each.reset = true;
    return {.from = from, .rank = rank, .part_begins = true, .part_ends = true, .part = std::move(part)};
  }
  // `2 alice`: how many are present, and their names; `2 ?` where these are not known.
  std::string present(std::string_view topic = "room") const {
    const auto now = roster.present(topic);
    auto text = fmt::format("{}", now.count);
    if (!now.subjects) return text + " ?";
    for (const auto& each : *now.subjects) text += " " + each;
    return text;
  }
  void beats(int count) {
    for (; count > 0; --count) peers.on_own_beat();
  }
  void end_graces() {
    clock.advance(10s);
    roster.changes(1'000);
  }

  support::ManualClock clock;
  Roster roster{{.topics = {"room", "room/*"}}, clock};
  Peers peers{roster};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(peers_suite, Fixture)

BOOST_AUTO_TEST_CASE(readers_elsewhere_are_present_here) {
  BOOST_TEST(present() == "2 alice");
  BOOST_TEST(peers.size() == 1U);
  BOOST_TEST(peers.lowest_rank() == 7U);
  peers.apply({.from = "w1", .rank = 7, .part = {room(2, {"bob"})}}, 9);
  BOOST_TEST(present() == "2 alice bob");
  peers.apply({.from = "w1", .rank = 7, .part = {room(1, {}, {"alice"})}}, 10);
  BOOST_TEST(present() == "1 bob");
  peers.apply({.from = "w1", .rank = 7, .part = {room(0, {}, {"bob"})}}, 11);
  BOOST_TEST(present() == "0");
}

BOOST_AUTO_TEST_CASE(a_subject_that_reads_at_two_workers_is_one) {
  peers.apply({.from = "w2", .joins = true}, 12);
  peers.apply(all("w2", 12, {room(1, {"alice"})}), 13);
  const auto visit = roster.enter("room", "alice");
  BOOST_TEST(present() == "2 alice");
  peers.apply({.from = "w1", .rank = 7, .part = {room(1, {}, {"alice"})}}, 14);
  BOOST_TEST(present() == "2 alice");
}

BOOST_AUTO_TEST_CASE(a_worker_that_does_not_tell_its_names_makes_the_topic_nameless) {
  peers.apply({.from = "w1", .rank = 7, .part = {{.topic = "room", .count = 500, .reset = true}}}, 9);
  BOOST_TEST(present() == "500 ?");
  peers.apply(
      {.from = "w1", .rank = 7, .part = {{.topic = "room", .count = 1, .reset = true, .named = true}}}, 10);
  BOOST_TEST(present() == "1");
}

BOOST_AUTO_TEST_CASE(what_is_not_announced_again_is_over) {
  peers.apply(all("w1", 7, {room(3, {"carol"})}), 9);
  BOOST_TEST(present() == "3 carol");
  peers.apply({.from = "w1", .rank = 7, .part_begins = true}, 10);
  BOOST_TEST(present() == "3 carol");
  peers.apply({.from = "w1", .rank = 7, .part_ends = true}, 11);
  BOOST_TEST(present() == "0");
}

BOOST_AUTO_TEST_CASE(differences_count_only_after_all_was_announced) {
  peers.apply({.from = "w2", .rank = 3, .part = {room(9, {"zoe"})}}, 12);
  BOOST_TEST(present() == "2 alice");
  BOOST_TEST(peers.size() == 2U);
  BOOST_TEST(peers.lowest_rank() == 3U);
}

BOOST_AUTO_TEST_CASE(in_good_order_all_have_the_grace_time) {
  peers.apply({.from = "w1", .rank = 7, .leaves = true}, 9);
  BOOST_TEST(peers.size() == 0U);
  BOOST_TEST(present() == "2 alice");
  const auto visit = roster.enter("room", "");  // one of them
  BOOST_TEST(present() == "2 alice");
  end_graces();
  BOOST_TEST(present() == "1");
}

BOOST_AUTO_TEST_CASE(a_lease_that_has_ended_takes_the_nameless_at_once) {
  peers.end({"w1", "unknown"});
  BOOST_TEST(present() == "1 alice");
  // What was under way.
  peers.apply({.from = "w1", .rank = 7, .beat = 9, .part = {room(1, {"bob"})}}, 9);
  BOOST_TEST(peers.size() == 0U);
  end_graces();
  BOOST_TEST(present() == "0");
}

BOOST_AUTO_TEST_CASE(silence_is_counted_in_own_beats_and_others_may_say_its_end) {
  beats(Peers::silent_beats - 1);
  BOOST_TEST(peers.silent().empty());
  peers.apply({.from = "w1", .rank = 7, .beat = 2}, 9);
  beats(Peers::silent_beats - 1);
  BOOST_TEST(peers.silent().empty());
  BOOST_TEST(peers.lowest_awake_rank() == 7U);
  beats(1);
  BOOST_TEST(peers.silent() == std::vector<std::string>{"w1"}, boost::test_tools::per_element());
  BOOST_TEST(peers.lowest_awake_rank() == Peers::no_rank);
  // Its end is a message, so that all workers apply it at the same place.
  beats(10);
  BOOST_TEST(present() == "2 alice");
  BOOST_TEST(peers.lowest_rank() == 7U);
}

BOOST_AUTO_TEST_CASE(a_new_name_has_what_the_former_one_had) {
  peers.apply({.from = "w1b", .joins = true, .replaces = "w1"}, 20);
  BOOST_TEST(peers.size() == 1U);
  BOOST_TEST(peers.lowest_rank() == 20U);
  BOOST_TEST(present() == "2 alice");
  peers.apply(all("w1b", 20, {room(1, {"alice"})}), 21);
  BOOST_TEST(present() == "1 alice");
  peers.apply({.from = "w1", .rank = 7, .part = {room(9, {})}}, 22);
  BOOST_TEST(present() == "1 alice");
}

// The message that says which name replaces which came before this worker could read again.
BOOST_AUTO_TEST_CASE(after_a_loss_a_former_name_ends_without_a_message) {
  peers.on_loss();
  BOOST_TEST(peers.lowest_rank() == Peers::no_rank);
  BOOST_TEST(present() == "2 alice");
  peers.apply({.from = "w1b", .rank = 3}, 4);
  peers.apply(all("w1b", 3, {room(2, {"alice"})}), 5);
  BOOST_TEST(present() == "3 alice");
  for (int i = 1; i < Peers::silent_beats; ++i) {
    beats(1);
    peers.apply({.from = "w1b", .rank = 3, .beat = 5}, 5);
  }
  BOOST_TEST(peers.size() == 2U);
  beats(1);
  BOOST_TEST(peers.size() == 1U);
  BOOST_TEST(present() == "2 alice");
  end_graces();
  BOOST_TEST(present() == "2 alice");
}

BOOST_AUTO_TEST_CASE(after_a_loss_a_worker_that_is_heard_of_again_stays) {
  peers.on_loss();
  beats(Peers::silent_beats - 1);
  peers.apply({.from = "w1", .joins = true}, 2);
  beats(Peers::silent_beats);
  BOOST_TEST(peers.size() == 1U);
  BOOST_TEST(present() == "2 alice");
}

BOOST_AUTO_TEST_CASE(counts_that_cannot_be_do_no_harm) {
  // Fewer than its names: the names count.
  peers.apply({.from = "w1", .rank = 7, .part = {room(0, {"bob"})}}, 9);
  BOOST_TEST(present() == "2 alice bob");
  peers.apply({.from = "w1", .rank = 7, .part = {room(2, {"bob", "bob"}, {"nobody"})}}, 10);
  BOOST_TEST(present() == "2 alice bob");
  peers.apply({.from = "w1", .rank = 7, .leaves = true}, 11);
  peers.apply({.from = "w1", .rank = 7, .leaves = true}, 12);
  end_graces();
  BOOST_TEST(present() == "0");
  BOOST_TEST(roster.totals().readers == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
