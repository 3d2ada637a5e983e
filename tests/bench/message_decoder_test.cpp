// The WebSocket half of the load client: exact messages and replies, cut at every position; every mistake a
// failure.
#include "message_decoder.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "every_split.hpp"

using namespace sse::bench;
using namespace std::string_literals;

namespace {

struct Expected {
  std::vector<std::string> messages;
  std::string replies;
  bool finished = false;
  bool failed = false;
  bool mid_frame = false;
};

void check(std::string_view text, const Expected& expected) {
  for_every_split(text, [&](std::vector<std::string> parts) {
    MessageDecoder decoder;
    std::vector<std::string> messages;
    std::string replies;
    for (std::string& part : parts) {
      decoder.feed(part);
      while (const Frame* frame = decoder.next()) messages.emplace_back(frame->data);
      replies += decoder.take_replies();
      part.assign(part.size(), '#');
    }
    BOOST_REQUIRE_EQUAL_COLLECTIONS(messages.begin(), messages.end(), expected.messages.begin(),
                                    expected.messages.end());
    BOOST_REQUIRE_EQUAL(replies, expected.replies);
    BOOST_REQUIRE_EQUAL(decoder.finished(), expected.finished);
    BOOST_REQUIRE_EQUAL(decoder.failed(), expected.failed);
    if (!expected.finished && !expected.failed) BOOST_REQUIRE_EQUAL(decoder.mid_frame(), expected.mid_frame);
  });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(one_after_the_other) {
  check("\x81\x02hi\x82\x00\x81\x03you"s, {.messages = {"hi", "", "you"}});
}

BOOST_AUTO_TEST_CASE(longer_lengths) {
  const std::string data(126, 'x');
  check("\x81\x7e\x00\x7e"s + data + "\x81\x01y", {.messages = {data, "y"}});
  check("\x81\x7f\x00\x00\x00\x00\x00\x00\x00\x03"s + "abc", {.messages = {"abc"}});
}

BOOST_AUTO_TEST_CASE(in_fragments_with_a_ping_between) {
  check("\x01\x02he\x89\x01!\x00\x02ll\x80\x01o\x81\x01z"s,
        {.messages = {"hello", "z"}, .replies = "\x8a\x81\0\0\0\0!"s});
}

BOOST_AUTO_TEST_CASE(pongs_are_swallowed) { check("\x8a\x02xx\x81\x01y", {.messages = {"y"}}); }

BOOST_AUTO_TEST_CASE(a_close_is_echoed_and_ends) {
  check("\x81\x01x\x88\x02\x03\xe8\x81\x01y",
        {.messages = {"x"}, .replies = "\x88\x82\0\0\0\0\x03\xe8"s, .finished = true});
}

BOOST_AUTO_TEST_CASE(what_is_not_whole_is_mid_frame) {
  check("\x81", {.mid_frame = true});
  check("\x81\x02x", {.mid_frame = true});
  check("\x01\x01x", {.mid_frame = true});
  check("\x81\x01x", {.messages = {"x"}});
}

BOOST_AUTO_TEST_CASE(mistakes_are_failures) {
  check("\x81\x81\0\0\0\0x"s, {.failed = true});                         // masked
  check("\xc1\x01x", {.failed = true});                                  // an extension's bit
  check("\x83\x01x", {.failed = true});                                  // no such opcode
  check("\x8b\x01x", {.failed = true});                                  // no such control opcode
  check("\x80\x01x", {.failed = true});                                  // goes on, but nothing was begun
  check("\x01\x01x\x81\x01y", {.failed = true});                         // begins, but the last is not whole
  check("\x09\x01x", {.failed = true});                                  // a control frame in fragments
  check("\x89\x7e\x00\x7e"s, {.failed = true});                          // too long for one
  check("\x81\x7f\x80\x00\x00\x00\x00\x00\x00\x00"s, {.failed = true});  // more than there can be
}

BOOST_AUTO_TEST_SUITE_END()
