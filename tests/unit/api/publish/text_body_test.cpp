// Bodies of text/plain: each line is an event, or each piece.
#include "unit/api/publish/bodies.hpp"

using namespace worker::support;
using namespace std::string_view_literals;

namespace {

struct Lines : BodyFixture {
  Lines() { format = Format::text_lines; }
};

struct Chunks : BodyFixture {
  Chunks() { format = Format::text_chunks; }
  /// The data of all events together, and the errors in brackets.
  std::string joined(const Pieces& pieces) {
    parameters.format = format;
    const auto body = streamed_body({settings, parameters, tools, unfinished});
    struct Joining final : DraftSink {
      void add(BodyPart, std::size_t, DraftResult draft) override {
        text += draft ? draft.value().event.data : "[" + draft.error().detail + "]";
      }
      std::string text;
    } sink;
    for (const auto piece : pieces) body->take(piece, sink);
    return sink.text + (body->finish(sink) == StreamedBody::End::well ? ""
                        : sink.text.ends_with("]")                    ? " cut"
                                                                      : "[cut]");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(text_lines_body_suite, Lines)

BOOST_AUTO_TEST_CASE(one_event_a_line) {
  const auto text = "one\n\n  two \r\n\rx\r\r\n\xc3\xa4\n"sv;
  BOOST_TEST(
      of(text) ==
      "line 1: <t> one\nline 2: <t> \nline 3: <t>   two \nline 4: <t> \rx\r\nline 5: <t> \xc3\xa4\nwell");
  check_splits(text);
}

BOOST_AUTO_TEST_CASE(the_last_line_needs_no_end) {
  BOOST_TEST(of("") == "well");
  BOOST_TEST(of("one") == "line 1: <t> one\nwell");
  BOOST_TEST(of("one\r") == "line 1: <t> one\nwell");
  check_splits("one\ntwo\r");
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark) {
  check_splits("\xef\xbb\xbfone\n\xef\xbb\xbftwo");
  BOOST_TEST(of("\xef\xbb\xbfone\n") == "line 1: <t> one\nwell");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_and_the_body_goes_on) {
  const auto text = "one\n\xff\n\xe2\x82\n\0\ntwo\n"sv;
  BOOST_TEST(of(text) ==
             "line 1: <t> one\nline 2: 400 data: is not valid UTF-8\nline 3: 400 data: is not valid UTF-8\n"
             "line 4: <t> \0\nline 5: <t> two\nwell"sv);
  check_splits(text);
}

// The carriage return is not part of it.
BOOST_AUTO_TEST_CASE(lines_at_the_bound_and_one_past_it) {
  settings.event_bytes_max = 4;
  const auto text = "1234\n1234\r\n12345\n12345\r\n123456\nx\n"sv;
  BOOST_TEST(of(text) ==
             "line 1: <t> 1234\nline 2: <t> 1234\nline 3: 413 data: the event is over 4 bytes\n"
             "line 4: 413 is over 4 bytes and was skipped\nline 5: 413 is over 4 bytes and was skipped\nline "
             "6: <t> x\nwell");
  check_splits(text);
}

BOOST_AUTO_TEST_CASE(inside_an_event_and_between_two) {
  for (const auto* text : {"x", "x\ny"}) BOOST_TEST(is_inside_event(text), text);
  for (const auto* text : {"", "x\n", "\n"}) BOOST_TEST(!is_inside_event(text), text);
}

BOOST_AUTO_TEST_CASE(fields_of_the_stream) {
  parameters.defaults = {.topics = {"a"}, .type = "log", .key = "k"};
  BOOST_TEST(of("x\n") == "line 1: <a> x event=log key=k\nwell");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(text_chunks_body_suite, Chunks)

BOOST_AUTO_TEST_CASE(one_event_a_piece) {
  BOOST_TEST(of({"one\n", "", " two", "\n"}) ==
             "piece 1: <t> one\n\npiece 2: <t>  two\npiece 3: <t> \n\nwell");
  BOOST_TEST(of(Pieces{"", ""}) == "well");
}

// The text is the same, wherever it is cut, and no character is.
BOOST_AUTO_TEST_CASE(characters_are_never_cut) {
  const auto text = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\x8dz\xf4\x8f\xbf\xbf\n"sv;
  for (std::size_t a = 0; a <= text.size(); ++a) {
    for (std::size_t b = a; b <= text.size(); ++b)
      BOOST_TEST(joined({text.substr(0, a), text.substr(a, b - a), text.substr(b)}) == text);
  }
  Pieces bytes;
  for (std::size_t i = 0; i < text.size(); ++i) bytes.push_back(text.substr(i, 1));
  BOOST_TEST(joined(bytes) == text);
  BOOST_TEST(of({"a\xe2\x82", "\xac", "z"}) ==
             "piece 1: <t> a\npiece 2: <t> \xe2\x82\xac\npiece 3: <t> z\nwell");
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_at_the_beginning) {
  const auto text = "\xef\xbb\xbf\xef\xbb\xbfone\xef\xbb\xbf"sv;
  for (std::size_t i = 0; i <= text.size(); ++i)
    BOOST_TEST(joined({text.substr(0, i), text.substr(i)}) == text.substr(3), i);
  BOOST_TEST(of("\xef\xbb\xbf") == "well");
}

BOOST_AUTO_TEST_CASE(half_a_character_at_the_end) {
  for (const auto text : {"a\xc3"sv, "a\xe2\x82"sv, "a\xf0\x9f\x8c"sv}) {
    BOOST_TEST(of(text) == "piece 1: <t> a\npiece 2: 400 data: is not valid UTF-8\ncut");
    for (std::size_t i = 0; i <= text.size(); ++i)
      BOOST_TEST(joined({text.substr(0, i), text.substr(i)}) == "a[data: is not valid UTF-8] cut");
  }
}

BOOST_AUTO_TEST_CASE(what_is_no_text_is_said_and_the_body_goes_on) {
  BOOST_TEST(of({"a\xff", "b", "\x80", "\xc3(", "c"}) ==
             "piece 1: 400 data: is not valid UTF-8\npiece 2: <t> b\npiece 3: 400 data: is not valid UTF-8\n"
             "piece 4: 400 data: is not valid UTF-8\npiece 5: <t> c\nwell");
}

BOOST_AUTO_TEST_CASE(inside_an_event_and_between_two) {
  for (const auto* text : {"a\xc3", "\xe2\x82"}) BOOST_TEST(is_inside_event(text), text);
  for (const auto* text : {"", "a", "\xc3\xa4", "\xff"}) BOOST_TEST(!is_inside_event(text), text);
}

// A piece that is larger than an event may be becomes several, between two characters.
BOOST_AUTO_TEST_CASE(a_piece_over_the_bound) {
  settings.event_bytes_max = 5;
  BOOST_TEST(of("1234567890123") == "piece 1: <t> 12345\npiece 2: <t> 67890\npiece 3: <t> 123\nwell");
  BOOST_TEST(of("1234\xe2\x82\xac\xe2\x82\xacz") ==
             "piece 1: <t> 1234\npiece 2: <t> \xe2\x82\xac\npiece 3: <t> \xe2\x82\xacz\nwell");
  // The type of the events counts.
  parameters.defaults.type = "ab";
  BOOST_TEST(of("1234567") ==
             "piece 1: <t> 123 event=ab\npiece 2: <t> 456 event=ab\npiece 3: <t> 7 event=ab\nwell");
  parameters.defaults.type = "abcdef";
  BOOST_TEST(of("12") == "piece 1: 413 data: the event is over 5 bytes\nwell");
  parameters.defaults.type = {};
  settings.event_bytes_max = 2;
  BOOST_TEST(of("a\xe2\x82\xac") == "piece 1: <t> a\npiece 2: 413 data: the event is over 2 bytes\nwell");
}

BOOST_AUTO_TEST_SUITE_END()
