// Bodies of one JSON object a line.
#include "unit/api/publish/bodies.hpp"

using namespace worker::support;
using namespace std::string_view_literals;

namespace {

struct Fixture : BodyFixture {
  Fixture() { format = Format::ndjson; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ndjson_body_suite, Fixture)

BOOST_AUTO_TEST_CASE(one_event_a_line) {
  const auto text =
      "{\"data\":\"one\"}\n\n{\"topic\":\"other\",\"data\":{\"a\": 1}}\r\n \t\r\n{\"close\":true}\n"sv;
  BOOST_TEST(of(text) == "line 1: <t> one\nline 3: <other> {\"a\":1}\nline 5: <t>  closes silent\nwell");
  check_splits(text);
}

BOOST_AUTO_TEST_CASE(the_last_line_needs_no_end) {
  BOOST_TEST(of("{\"data\":\"one\"}") == "line 1: <t> one\nwell");
  BOOST_TEST(of("") == "well");
  BOOST_TEST(of("\n\n  \n") == "well");
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark) {
  const auto text = "\xef\xbb\xbf{\"data\":\"one\"}\n{\"data\":\"two\"}\n"sv;
  BOOST_TEST(of(text) == "line 1: <t> one\nline 2: <t> two\nwell");
  check_splits(text);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_and_the_body_goes_on) {
  const auto text =
      "{\"data\":\"one\"}\n{\n[1]\n{\"dat\":1}\n{\"data\":\"\xff\"}\n\0\n{\"data\":\"\\u0000\"}\n{\"data\":\"two\"}\n"sv;
  BOOST_TEST(
      of(text) ==
      "line 1: <t> one\n"
      "line 2: 400 JSON: is broken at byte 2\n"
      "line 3: 400 JSON: must be an object\n"
      "line 4: 400 dat: is not a field; did you mean data? known fields: topic, data, event, id, retry, "
      "key, close and private\n"
      "line 5: 400 JSON: is broken at byte 10\n"
      "line 6: 400 JSON: is broken at byte 1\n"
      "line 7: <t> \0\n"
      "line 8: <t> two\nwell"sv);
  check_splits(text);
}

BOOST_AUTO_TEST_CASE(fields_of_the_stream_and_of_the_line) {
  parameters.defaults = {.topics = {"a", "b"},
                         .type = "token",
                         .key = "k",
                         .retry = std::chrono::milliseconds(5),
                         .is_private = true};
  BOOST_TEST(of("{\"data\":\"x\"}\n{\"topic\":\"c\",\"event\":\"e\",\"key\":\"l\",\"retry\":7,\"private\":"
                "false,\"id\":\"i\"}\n"
                "{\"event\":\"\",\"key\":\"\"}\n{\"event\":null,\"topic\":null}\n") ==
             "line 1: <a><b> x event=token retry=5 key=k private\n"
             "line 2: <c>  event=e id=i retry=7 key=l\n"
             "line 3: <a><b>  retry=5 private\n"
             "line 4: <a><b>  event=token retry=5 key=k private\nwell");
}

BOOST_AUTO_TEST_CASE(inside_an_event_and_between_two) {
  for (const auto* text : {"{", "{}\n{", "x"}) BOOST_TEST(is_inside_event(text), text);
  for (const auto* text : {"", "{}\n", "\n\n"}) BOOST_TEST(!is_inside_event(text), text);
}

BOOST_AUTO_TEST_CASE(a_topic_that_neither_has) {
  parameters.defaults.topics.clear();
  BOOST_TEST(of("{\"data\":\"x\"}\n{\"topic\":\"a\"}\n") ==
             "line 1: 400 topic: is missing\nline 2: <a> \nwell");
}

BOOST_AUTO_TEST_CASE(lines_at_the_bound_of_a_body_and_one_past_it) {
  settings.body_bytes_max = 14;
  const auto text = "{\"data\":\"1234\"}\n{\"data\":\"123\"}\nx"sv;
  BOOST_TEST(of(text) ==
             "line 1: 413 is over 14 bytes and was skipped\nline 2: <t> 123\nline 3: 400 JSON: is broken at "
             "byte 1\ncut");
  check_splits(text);
}

// The web server may end a body whose publisher has died.
BOOST_AUTO_TEST_CASE(a_last_line_that_is_half_an_event) {
  BOOST_TEST(of("{\"data\":\"one\"}\n{\"data\":\"hal").ends_with("\ncut"));
  BOOST_TEST(of("bad\n{\"data\":\"one\"}").ends_with("\nwell"));
  BOOST_TEST(of("{\"data\":\"one\"}\nbad\n").ends_with("\nwell"));
}

BOOST_AUTO_TEST_CASE(an_event_over_its_bound) {
  settings.event_bytes_max = 3;
  BOOST_TEST(of("{\"data\":\"1234\"}\n{\"data\":\"123\"}\n") ==
             "line 1: 413 data: the event is over 3 bytes\nline 2: <t> 123\nwell");
}

BOOST_AUTO_TEST_CASE(lines_that_all_bodies_together_cannot_keep) {
  unfinished.set_limit(10'000);
  worker::base::ByteBudget::Reservation other(&unfinished);
  BOOST_TEST(other.reserve(6'000));
  const std::string half = "{\"data\":\"" + std::string(5'000, 'x');
  BOOST_TEST(
      of({half, "\"}\n{\"data\":\"two\"}\n"}) ==
      "line 1: 503 was skipped: the unfinished lines of all publish streams take too much memory. Send "
      "shorter lines, or later\nline 2: <t> two\nwell");
  // One that comes at once is not kept.
  BOOST_TEST(of(half + "\"}\n").ends_with("xx\nwell"));
}

BOOST_AUTO_TEST_SUITE_END()
