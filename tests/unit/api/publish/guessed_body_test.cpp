// Bodies without a Content-Type: the first bytes say what they are, in however many pieces they come.
#include "unit/api/publish/bodies.hpp"

using namespace worker::support;
using namespace std::string_view_literals;

namespace {

struct Fixture : BodyFixture {
  Fixture() { format = Format::guessed; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(guessed_body_suite, Fixture)

BOOST_AUTO_TEST_CASE(json) {
  for (const auto text : {"{\"data\":\"x\"}\n"sv, "\n\r\n{\"data\":\"x\"}"sv, " \t{\"data\":\"x\"}\n"sv,
                          "\xef\xbb\xbf{\"data\":\"x\"}\n"sv}) {
    BOOST_TEST(of(text).ends_with(": <t> x\nwell"));
    BOOST_TEST(of(text).starts_with("line "));
    check_splits(text);
  }
  check_splits("{");
}

BOOST_AUTO_TEST_CASE(an_event_stream) {
  for (const auto text : {"data: x\n\n"sv, "data:x\n\n"sv, ":\n\ndata: x\n\n"sv, ": hello\ndata: x\n\n"sv,
                          "event: message\ndata: x\n\n"sv, "id: 1\ndata: x\n\n"sv, "retry: 5\ndata: x\n\n"sv,
                          "\r\n\ndata: x\n\n"sv,
                          "\xef\xbb\xbf"
                          "data: x\n\n"sv}) {
    BOOST_TEST(of(text).starts_with("frame 1: <t> x"));
    check_splits(text);
  }
}

BOOST_AUTO_TEST_CASE(everything_else_is_lines) {
  for (const auto text : {"x\n"sv, "data\n"sv, "dat"sv, "data : x\n"sv, "Data: x\n"sv, " data: x\n"sv,
                          "events\n"sv, "i\n"sv, "[1]\n"sv, "\"x\"\n"sv, "\xef\xbb\n"sv,
                          "\xef\xbb\xbf"
                          "x\n"sv,
                          "\xef\xbb\xbf"sv, " \n"sv, "  "sv, "\n\n\n"sv, "\xff\n"sv, "\0\n"sv}) {
    BOOST_TEST(of(text).starts_with("line 1: "));
    check_splits(text);
  }
  BOOST_TEST(of("") == "well");
}

// The guess does not depend on how much comes at once.
BOOST_AUTO_TEST_CASE(so_many_bytes_are_looked_at_and_no_more) {
  for (std::size_t blanks = 55; blanks < 70; ++blanks) {
    for (const auto rest : {"data: x\n\n", "{\"data\":\"x\"}\n", "x\n"}) {
      check_splits(std::string(blanks, '\n') + rest);
      check_splits(std::string(blanks, ' ') + rest);
    }
  }
  BOOST_TEST(of(std::string(50, '\n') + "data: x\n\n") == "frame 1: <t> x\nwell");
  BOOST_TEST(
      of(std::string(64, '\n') + "data: x\n\n").ends_with("line 65: <t> data: x\nline 66: <t> \nwell"));
}

BOOST_AUTO_TEST_CASE(inside_an_event_and_between_two) {
  for (const auto* text : {"\n", "dat", "{", "data: x\n", "x"}) BOOST_TEST(is_inside_event(text), text);
  for (const auto* text : {"", "{}\n", "data: x\n\n", "x\n"}) BOOST_TEST(!is_inside_event(text), text);
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_before_it_tells) {
  BOOST_TEST(of("ev") == "line 1: <t> ev\nwell");
  BOOST_TEST(of("\n") == "line 1: <t> \nwell");
}

BOOST_AUTO_TEST_SUITE_END()
