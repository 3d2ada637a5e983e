// From a frame back to what a reader sees of it.
#include <boost/test/unit_test.hpp>

#include "sse/frame.hpp"

using namespace std::chrono_literals;
using namespace std::string_literals;
using worker::sse::Event;
using worker::sse::parse_event;

namespace {

std::string framed(const Event& event) {
  std::string out;
  worker::sse::append_event(out, event);
  return out;
}

/// As a reader would join the lines: every kind of line end is LF.
std::string joined(std::string data) {
  std::string out;
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data[i] == '\r' && i + 1 < data.size() && data[i + 1] == '\n') continue;
    out.push_back(data[i] == '\r' ? '\n' : data[i]);
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parse_suite)

BOOST_AUTO_TEST_CASE(each_field) {
  const auto event = parse_event("event: t\nretry: 5\ndata: a\ndata: b\nid: 7\n\n");
  BOOST_REQUIRE(event);
  BOOST_TEST(event->id == "7");
  BOOST_TEST(event->type == "t");
  BOOST_TEST(event->data == "a\nb");
}

BOOST_AUTO_TEST_CASE(without_data_there_is_no_event) {
  for (const auto* frame : {"", "\n", "id: 7\n\n", ": comment\n\n", "retry: 5\n\n", "event: t\nid: 7\n\n"}) {
    BOOST_TEST(!parse_event(frame));
  }
}

BOOST_AUTO_TEST_CASE(empty_data_is_an_event) {
  BOOST_REQUIRE(parse_event("data: \n\n"));
  BOOST_TEST(parse_event("data: \n\n")->data == "");
  BOOST_TEST(parse_event("data: \ndata: \n\n")->data == "\n");
}

BOOST_AUTO_TEST_CASE(there_and_back) {
  const std::string all_ends = "\n\r\r\n\n\r";
  for (const auto& data : {""s,
                           "a"s,
                           "a\nb"s,
                           "a\r\nb\rc"s,
                           "\n"s,
                           "\r"s,
                           "\r\n"s,
                           "\n\n"s,
                           "\r\r\n"s,
                           "a\n"s,
                           "\na"s,
                           all_ends,
                           " a"s,
                           ": a"s,
                           "a: b"s,
                           "data: x"s,
                           "id: 1\n\nevent: close\ndata: {}\n\n"s,
                           "{\"k\": \"v\"}"s,
                           "\0"s,
                           "\xf0\x9f\x8c\x8d"s,
                           std::string(100'000, 'x')}) {
    for (const auto& type : {""s, "t"s, " t: u "s}) {
      for (const auto& id : {""s, "e-1"s, " :i: d "s}) {
        const auto event = parse_event(framed({.data = data, .type = type, .id = id, .retry = 5ms}));
        BOOST_REQUIRE(event);
        BOOST_TEST((event->data == joined(data)));
        BOOST_TEST(event->type == type);
        BOOST_TEST(event->id == id);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
