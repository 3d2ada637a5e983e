// StateMessage: what a message says survives its way through the log, and everything else is no message.
#include "presence/state_message.hpp"

#include <boost/test/unit_test.hpp>

using namespace worker;
using namespace worker::presence;

namespace {

log::EntryPtr entry(log::Draft draft) { return log::make_entry(std::move(draft), 1, "e-1", {}); }

std::optional<StateMessage> parsed(std::string data) {
  log::Draft draft;
  draft.topics = {std::string(state_topic)};
  draft.event.data = std::move(data);
  return message_of(*entry(std::move(draft)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(state_message_suite)

BOOST_AUTO_TEST_CASE(all_of_it_comes_back) {
  const Change change{.topic = "room/\n\"é\"",
                      .count = 3,
                      .reset = true,
                      .named = true,
                      .joined = {"alice", "b\nid: 7\n\nc"},
                      .left = {"carol"},
                      .anew = true};
  const StateMessage message{.from = "w1",
                             .rank = 17,
                             .beat = 4,
                             .joins = true,
                             .replaces = "w0",
                             .leaves = true,
                             .ended = {"w2", "w3"},
                             .part_begins = true,
                             .part_ends = true,
                             .part = {change},
                             .told = {change, {.topic = "news"}},
                             .known = {change},
                             .known_ends = true};
  BOOST_TEST((message_of(*entry(draft_of(message))) == message));
  const StateMessage least{.from = "w1"};
  BOOST_TEST((message_of(*entry(draft_of(least))) == least));
}

BOOST_AUTO_TEST_CASE(it_is_a_private_event_of_a_reserved_topic_and_says_only_what_there_is) {
  const auto draft = draft_of({.from = "w1", .rank = 2, .part = {{.topic = "room", .count = 1}}});
  BOOST_TEST(draft.is_private);
  BOOST_TEST((draft.topics == std::vector<std::string>{"$state/presence"}));
  BOOST_TEST(draft.event.data == R"({"from":"w1","part":[{"count":1,"topic":"room"}],"rank":2})");
}

BOOST_AUTO_TEST_CASE(members_of_a_later_version_are_ignored) {
  const auto message =
      parsed(R"({"from":"w1","beat":2,"zone":{"a":[1]},"part":[{"topic":"r","count":1,"since":"noon"}]})");
  BOOST_REQUIRE(message);
  BOOST_TEST((*message == StateMessage{.from = "w1", .beat = 2, .part = {{.topic = "r", .count = 1}}}));
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_message) {
  for (const auto* data : {
           "",
           "null",
           "[]",
           "7",
           "{",
           R"({"from":"w1"} {})",
           "{}",
           R"({"from":""})",
           R"({"from":7})",
           R"({"from":"w1","rank":-1})",
           R"({"from":"w1","rank":1.5})",
           R"({"from":"w1","rank":1e300})",
           R"({"from":"w1","rank":"1"})",
           R"({"from":"w1","rank":18446744073709551615})",
           R"({"from":"w1","rank":18446744073709551616})",
           R"({"from":"w1","beat":null})",
           R"({"from":"w1","joins":1})",
           R"({"from":"w1","replaces":["w0"]})",
           R"({"from":"w1","ended":"w2"})",
           R"({"from":"w1","ended":[2]})",
           R"({"from":"w1","ended":[""]})",
           R"({"from":"w1","part":[7]})",
           R"({"from":"w1","part":7})",
           R"({"from":"w1","part":[{"count":1}]})",
           R"({"from":"w1","part":[{"topic":"","count":1}]})",
           R"({"from":"w1","part":[{"topic":"r","count":-1}]})",
           R"({"from":"w1","part":[{"topic":"r","count":4294967296}]})",
           R"({"from":"w1","part":[{"topic":"r","count":1,"named":"yes"}]})",
           R"({"from":"w1","part":[{"topic":"r","count":1,"joined":[""]}]})",
           R"({"from":"w1","part":[{"topic":"r","count":1,"left":[["a"]]}]})",
       }) {
    BOOST_TEST_CONTEXT(data) { BOOST_TEST(!parsed(data)); }
  }
  BOOST_TEST(!parsed(std::string(100'000, '[')));
  BOOST_TEST(!parsed("{\"from\":\"\xff\"}"));
}

BOOST_AUTO_TEST_CASE(counts_and_ranks_at_their_bounds) {
  BOOST_TEST(parsed(R"({"from":"w1","part":[{"topic":"r","count":4294967295}]})").has_value());
  BOOST_TEST(parsed(R"({"from":"w1","rank":18446744073709551614})").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
