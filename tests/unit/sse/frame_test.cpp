#include "sse/frame.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using namespace std::string_literals;
using worker::sse::Event;

namespace {

std::string framed(const Event& event) {
  std::string out;
  worker::sse::append_event(out, event);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(frame_suite)

BOOST_AUTO_TEST_CASE(data_alone) { BOOST_TEST(framed({.data = "hi"}) == "data: hi\n\n"); }

BOOST_AUTO_TEST_CASE(empty_data_still_fires) { BOOST_TEST(framed({}) == "data: \n\n"); }

BOOST_AUTO_TEST_CASE(all_fields_in_order) {
  BOOST_TEST(framed({.data = "{}", .type = "close", .id = "1-2", .retry = 3000ms}) ==
             "event: close\nretry: 3000\ndata: {}\nid: 1-2\n\n");
}

BOOST_AUTO_TEST_CASE(each_field_alone) {
  BOOST_TEST(framed({.data = "x", .type = "t"}) == "event: t\ndata: x\n\n");
  BOOST_TEST(framed({.data = "x", .id = "i"}) == "data: x\nid: i\n\n");
  BOOST_TEST(framed({.data = "x", .retry = 1ms}) == "retry: 1\ndata: x\n\n");
  BOOST_TEST(framed({.data = "x", .retry = 0ms}) == "retry: 0\ndata: x\n\n");
}

BOOST_AUTO_TEST_CASE(every_kind_of_line_end) {
  BOOST_TEST(framed({.data = "a\nb"}) == "data: a\ndata: b\n\n");
  BOOST_TEST(framed({.data = "a\rb"}) == "data: a\ndata: b\n\n");
  BOOST_TEST(framed({.data = "a\r\nb"}) == "data: a\ndata: b\n\n");
  BOOST_TEST(framed({.data = "a\n\rb"}) == "data: a\ndata: \ndata: b\n\n");
  BOOST_TEST(framed({.data = "a\r\rb"}) == "data: a\ndata: \ndata: b\n\n");
  BOOST_TEST(framed({.data = "a\r\r\nb"}) == "data: a\ndata: \ndata: b\n\n");
  BOOST_TEST(framed({.data = "a\r\n\r\nb"}) == "data: a\ndata: \ndata: b\n\n");
  BOOST_TEST(framed({.data = "a\n\n\nb"}) == "data: a\ndata: \ndata: \ndata: b\n\n");
}

// The reader joins the lines with LF, so a line end at the edge is one more, empty, line.
BOOST_AUTO_TEST_CASE(line_ends_at_the_edges) {
  for (const auto* end : {"\n", "\r", "\r\n"}) {
    BOOST_TEST(framed({.data = "a"s + end}) == "data: a\ndata: \n\n");
    BOOST_TEST(framed({.data = end + "a"s}) == "data: \ndata: a\n\n");
    BOOST_TEST(framed({.data = end}) == "data: \ndata: \n\n");
  }
}

BOOST_AUTO_TEST_CASE(nothing_in_the_data_becomes_a_field) {
  BOOST_TEST(framed({.data = "x\n\nevent: close\ndata: {}\n\n"}) ==
             "data: x\ndata: \ndata: event: close\ndata: data: {}\ndata: \ndata: \n\n");
  BOOST_TEST(framed({.data = "x\r\revent: close"}) == "data: x\ndata: \ndata: event: close\n\n");
  BOOST_TEST(framed({.data = "x\nid: 7\nretry: 0\n: comment"}) ==
             "data: x\ndata: id: 7\ndata: retry: 0\ndata: : comment\n\n");
}

// A reader strips one space behind the colon, and only one.
BOOST_AUTO_TEST_CASE(spaces_and_colons_stay) { BOOST_TEST(framed({.data = " x: y "}) == "data:  x: y \n\n"); }

BOOST_AUTO_TEST_CASE(other_bytes_pass_as_they_are) {
  BOOST_TEST(framed({.data = "a\0b\t\x0b\x0c\x7f"s}) == "data: a\0b\t\x0b\x0c\x7f\n\n"s);
  // NEL, LINE SEPARATOR and PARAGRAPH SEPARATOR end lines for others, not here.
  BOOST_TEST(framed({.data = "a\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\xf0\x9f\x8c\x8d"}) ==
             "data: a\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\xf0\x9f\x8c\x8d\n\n");
}

BOOST_AUTO_TEST_CASE(frames_are_appended) {
  std::string out = "before";
  worker::sse::append_event(out, {.data = "1"});
  worker::sse::append_event(out, {.data = "2"});
  BOOST_TEST(out == "beforedata: 1\n\ndata: 2\n\n");
}

BOOST_AUTO_TEST_CASE(a_comment) {
  std::string out = "x";
  worker::sse::append_comment(out, "ok");
  worker::sse::append_comment(out, "");
  BOOST_TEST(out == "x: ok\n\n: \n\n");
}

BOOST_AUTO_TEST_CASE(a_retry) {
  std::string out;
  worker::sse::append_retry(out, 4321ms);
  worker::sse::append_retry(out, 0ms);
  worker::sse::append_retry(out, 1h);
  BOOST_TEST(out == "retry: 4321\n\nretry: 0\n\nretry: 3600000\n\n");
}

BOOST_AUTO_TEST_SUITE_END()
