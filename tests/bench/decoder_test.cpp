// The frame decoder of the load client: exact frames, cut at every position.
#define BOOST_TEST_MODULE bench
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "every_split.hpp"
#include "frame_decoder.hpp"

using namespace sse::bench;
using namespace std::string_literals;

namespace {

// A frame as one readable string: "id|event|data|retry", with "-" for an id or data that was not there.
std::string shown(const Frame& frame) {
  return (frame.has_id ? std::string(frame.id) : "-"s) + '|' + std::string(frame.event) + '|' +
         (frame.has_data ? std::string(frame.data) : "-"s) + '|' + std::string(frame.retry);
}

using Shown = std::vector<std::string>;

void check_frames(std::string_view text, const Shown& expected, bool mid_frame = false,
                  std::uint64_t comments = 0) {
  for_every_split(text, [&](std::vector<std::string> parts) {
    FrameDecoder decoder;
    Shown frames;
    for (std::string& part : parts) {
      decoder.feed(part);
      while (const Frame* frame = decoder.next()) frames.push_back(shown(*frame));
      part.assign(part.size(), '#');
    }
    BOOST_REQUIRE_EQUAL_COLLECTIONS(frames.begin(), frames.end(), expected.begin(), expected.end());
    BOOST_REQUIRE_EQUAL(decoder.mid_frame(), mid_frame);
    BOOST_REQUIRE_EQUAL(decoder.comments(), comments);
  });
}

}  // namespace

BOOST_AUTO_TEST_CASE(fields_with_every_line_end) {
  const Shown expected{"7|note|hello|", "-||x|250"};
  check_frames("id: 7\nevent: note\ndata: hello\n\ndata: x\nretry: 250\n\n", expected);
  check_frames("id: 7\revent: note\rdata: hello\r\rdata: x\rretry: 250\r\r", expected);
  check_frames("id: 7\r\nevent: note\r\ndata: hello\r\n\r\ndata: x\r\nretry: 250\r\n\r\n", expected);
  check_frames("id: 7\nevent: note\rdata: hello\r\n\ndata: x\rretry: 250\n\r", expected);
}

BOOST_AUTO_TEST_CASE(several_data_lines_are_joined) {
  check_frames("data: a\ndata:\ndata:  c\n\n", {"-||a\n\n c|"});
  check_frames("data:\ndata\n\n", {"-||\n|"});
  check_frames("data\n\n", {"-|||"});
}

BOOST_AUTO_TEST_CASE(a_frame_without_data_is_told) { check_frames("id: 3\n\nid\n\n", {"3||-|", "||-|"}); }

BOOST_AUTO_TEST_CASE(a_later_field_replaces_an_earlier) {
  check_frames("event: a\nevent: b\nid: 1\nid: 2\ndata: x\n\n", {"2|b|x|"});
}

BOOST_AUTO_TEST_CASE(comments_and_unknown_fields_make_no_frame) {
  check_frames(": hi\n\n:\n\nfield: x\nData: y\n\n\n\n", {}, false, 2);
  check_frames("events: x\nevents\nretries: 1\ndatadata: x\n\n", {});
  check_frames("data: a\n: between\ndata: b\n\n", {"-||a\nb|"}, false, 1);
}

BOOST_AUTO_TEST_CASE(bad_values_are_ignored) {
  check_frames("id: a\0b\nretry: 1s\ndata: x\n\n"s, {"-||x|"});
  check_frames("id: a\nid: \0\ndata: x\n\n"s, {"a||x|"});
}

BOOST_AUTO_TEST_CASE(one_byte_order_mark_is_skipped) {
  check_frames(
      "\xEF\xBB\xBF"
      "data: x\n\n\xEF\xBB\xBF"
      "data: y\n\ndata: z\n\n",
      {"-||x|", "-||z|"});
  check_frames("\xEF\xBB\xBF\ndata: x\n\n", {"-||x|"});
}

BOOST_AUTO_TEST_CASE(what_is_not_ended_is_mid_frame) {
  check_frames("data: a\n\ndata: b\n", {"-||a|"}, true);
  check_frames("data: a\n\nd", {"-||a|"}, true);
  check_frames("data: a\n\n", {"-||a|"}, false);
  check_frames("", {}, false);
}

BOOST_AUTO_TEST_CASE(a_long_frame_in_many_parts) {
  const std::string data(100'000, 'x');
  const std::string text = "data: " + data + "\ndata: " + data + "\n\n";
  FrameDecoder decoder;
  std::string got;
  for (std::size_t at = 0; at < text.size(); at += 4093) {
    decoder.feed(std::string_view(text).substr(at, 4093));
    while (const Frame* frame = decoder.next()) got = frame->data;
  }
  BOOST_TEST((got == data + '\n' + data));
}
