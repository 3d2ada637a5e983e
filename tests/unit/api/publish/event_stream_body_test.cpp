// Bodies of text/event-stream: every frame of another server becomes an event.
#include "unit/api/publish/bodies.hpp"

using namespace worker::support;
using namespace std::string_view_literals;

namespace {

struct Fixture : BodyFixture {
  Fixture() { format = Format::event_stream; }
};

constexpr auto incomplete = "has no empty line behind it: the body was cut, so it was not published\ncut";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(event_stream_body_suite, Fixture)

BOOST_AUTO_TEST_CASE(fields_of_a_frame) {
  const auto text =
      "data: one\n\n"
      "event: token\ndata:two\ndata\ndata:  three\nid: 7\n\n"
      "data: last\n\n"sv;
  BOOST_TEST(of(text) ==
             "frame 1: <t> one\nframe 2: <t> two\n\n three event=token id=7\nframe 3: <t> last\nwell");
  check_splits(text);
}

BOOST_AUTO_TEST_CASE(each_end_of_a_line_and_a_byte_order_mark) {
  for (const auto end : {"\n"sv, "\r"sv, "\r\n"sv}) {
    std::string text = "\xef\xbb\xbf";
    for (const auto line : {"event: e", "data: one", "data: zwei \xc3\xa4", "", "", "data: three", ""})
      text.append(line).append(end);
    BOOST_TEST(of(text) == "frame 1: <t> one\nzwei \xc3\xa4 event=e\nframe 2: <t> three\nwell");
    check_splits(text);
  }
  const auto mixed = "data: 1\r\r\ndata: 2\n\r\ndata: 3\r\n\rdata: 4\n\ndata: 5\r\r"sv;
  BOOST_TEST(of(mixed) ==
             "frame 1: <t> 1\nframe 2: <t> 2\nframe 3: <t> 3\nframe 4: <t> 4\nframe 5: <t> 5\nwell");
  check_splits(mixed);
}

// They say something about the connection of that server.
BOOST_AUTO_TEST_CASE(comments_retry_and_unknown_fields_are_left_out) {
  const auto text =
      ": hello\n\nretry: 10\n\n:\nfoo: bar\nDATA: x\n data: y\ndata: one\nretry: 5\n: more\n\nid: 3\n\n"sv;
  BOOST_TEST(of(text) == "frame 2: <t> one\nwell");
  check_splits(text);
}

BOOST_AUTO_TEST_CASE(an_empty_value_is_data_and_no_type_or_id) {
  BOOST_TEST(of("data\n\n") == "frame 1: <t> \nwell");
  BOOST_TEST(of("data:\n\n") == "frame 1: <t> \nwell");
  BOOST_TEST(of("data\ndata:\n\n") == "frame 1: <t> \n\nwell");
  BOOST_TEST(of("event: a\nevent:\nid: 1\nid\ndata: x\n\n") == "frame 1: <t> x\nwell");
}

// WHATWG HTML: an id with NUL is ignored.
BOOST_AUTO_TEST_CASE(nul_in_fields) {
  const auto text = "id: a\0b\ndata: x\n\nevent: a\0b\ndata: y\n\ndata: \0\n\n"sv;
  BOOST_TEST(of(text) ==
             "frame 1: <t> x\nframe 2: 400 event: contains a control character\nframe 3: <t> \0\nwell"sv);
  check_splits(text);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_said_and_the_body_goes_on) {
  const auto text = "data: \xff\n\nevent: close\ndata: x\n\nid:  blank \ndata: y\n\ndata: z\n\n"sv;
  BOOST_TEST(of(text) ==
             "frame 1: 400 data: is not valid UTF-8\n"
             "frame 2: 400 event: close is reserved: the worker itself sends gap, close, heartbeat, expired, "
             "resume, "
             "stopped; choose another type, or allow them with publish.reserved_types\n"
             "frame 3: 400 id: must not begin or end with white space; HTTP headers drop it\n"
             "frame 4: <t> z\nwell");
  check_splits(text);
}

BOOST_AUTO_TEST_CASE(a_frame_without_its_empty_line) {
  for (const auto text :
       {"data: one\n\ndata: half\n"sv, "data: one\n\ndata: half"sv, "data: one\n\ndata: half\r"sv,
        "data: one\n\nevent: e\ndata: half"sv, "data: one\n\ndat"sv, "data: one\n\nevent: e\nd"sv}) {
    BOOST_TEST(of(text) == "frame 1: <t> one\nframe 2: 400 " + std::string(incomplete));
    check_splits(text);
  }
}

// Nothing of it would have become an event.
BOOST_AUTO_TEST_CASE(an_end_that_is_well_though_no_empty_line_is_there) {
  for (const auto text : {"data: one\n\n: half a comment"sv, "data: one\n\nretry: 100\n"sv,
                          "data: one\n\nid: 5\n"sv, "data: one\n\n\n\n"sv}) {
    BOOST_TEST(of(text) == "frame 1: <t> one\nwell");
    check_splits(text);
  }
}

// Every place at which a server may have been cut.
BOOST_AUTO_TEST_CASE(a_body_that_ends_at_every_place) {
  const auto text = ": c\n\nevent: e\ndata: one\n\ndata: two\n\n"sv;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    const auto result = of(text.substr(0, size));
    const bool has_one = size >= text.find("one\n\n") + 5;
    BOOST_TEST(result.starts_with("frame 1: <t> one event=e\n") == has_one, size);
    BOOST_TEST((result.find("two\nwell") != std::string::npos) == (size == text.size()), size);
    check_splits(text.substr(0, size));
  }
}

BOOST_AUTO_TEST_CASE(frames_at_the_bound_and_one_past_it) {
  settings.event_bytes_max = 5;
  const auto text =
      "data: 12345\n\ndata: 123456\nevent: x\n\ndata: 12\ndata: 34\n\ndata: 12\ndata: 345\n\n"
      "data: 1234\nevent: ab\n\ndata: z\n\n"sv;
  BOOST_TEST(of(text) ==
             "frame 1: <t> 12345\n"
             "frame 2: 413 data: the event is over 5 bytes\n"
             "frame 3: <t> 12\n34\n"
             "frame 4: 413 data: the event is over 5 bytes\n"
             "frame 5: 413 data: the event is over 5 bytes\n"
             "frame 6: <t> z\nwell");
  check_splits(text);
}

BOOST_AUTO_TEST_CASE(a_line_over_the_bound_of_a_body) {
  settings.body_bytes_max = 10;
  const auto text = "data: 12345\ndata: x\n\ndata: y\n\n: 123456789\ndata: z\n\n"sv;
  BOOST_TEST(of(text) ==
             "frame 1: 413 is over 10 bytes and was skipped\nframe 2: <t> y\n"
             "frame 3: 413 is over 10 bytes and was skipped\nwell");
  check_splits(text);
  BOOST_TEST(of("data: 1\n\ndata: 12345") ==
             "frame 1: <t> 1\nframe 2: 413 is over 10 bytes and was skipped\ncut");
}

// Of a longer one no more is kept than shows that.
BOOST_AUTO_TEST_CASE(a_type_and_an_id_at_the_bound_and_past_it) {
  const std::string longest(1'024, 'x');
  BOOST_TEST(of("event: " + longest + "\nid: " + longest + "\ndata: y\n\n") ==
             "frame 1: <t> y event=" + longest + " id=" + longest + "\nwell");
  for (const std::size_t size : {1'025U, 1'026U, 1'000'000U}) {
    const std::string longer(size, 'x');
    const auto text = "event: " + longer + "\ndata: y\n\nid: " + longer + "\ndata: y\n\ndata: z\n\n";
    BOOST_TEST(of(text) ==
               "frame 1: 400 event: is over 1024 bytes\nframe 2: 400 id: is over 1024 bytes\n"
               "frame 3: <t> z\nwell");
    // The last one counts.
    BOOST_TEST(of("event: " + longer + "\nevent: e\ndata: y\n\n") == "frame 1: <t> y event=e\nwell");
  }
  // NUL behind what is kept.
  BOOST_TEST(of("id: " + std::string(2'000, 'x') + '\0' + "\ndata: y\n\n") == "frame 1: <t> y\nwell");
  parameters.ids = StreamParameters::Ids::none;
  BOOST_TEST(of("id: " + longest + "x\ndata: y\n\n") == "frame 1: <t> y\nwell");
}

// Many short lines are one large event.
BOOST_AUTO_TEST_CASE(data_that_all_bodies_together_cannot_keep) {
  unfinished.set_limit(10'000);
  worker::base::ByteBudget::Reservation other(&unfinished);
  BOOST_TEST(other.reserve(5'000));
  std::string frame;
  for (int i = 0; i < 100; ++i) frame += "data: " + std::string(99, 'x') + "\n";
  BOOST_TEST(
      of(frame + "\ndata: next\n\n") ==
      "frame 1: 503 was skipped: the unfinished lines of all publish streams take too much memory. Send "
      "shorter lines, or later\nframe 2: <t> next\nwell");
  other.release();
  BOOST_TEST(of(frame + "\n").starts_with("frame 1: <t> xxx"));
  BOOST_TEST(unfinished.used() == 0U);
}

BOOST_AUTO_TEST_CASE(ids) {
  const auto text = "id: 1\ndata: x\n\ndata: y\n\n"sv;
  parameters.ids = StreamParameters::Ids::none;
  BOOST_TEST(of(text) == "frame 1: <t> x\nframe 2: <t> y\nwell");
  parameters.ids = StreamParameters::Ids::unique;
  parameters.id_prefix = std::make_shared<const std::string>("p-");
  BOOST_TEST(of(text) == "frame 1: <t> x id=p-1\nframe 2: <t> y\nwell");
}

BOOST_AUTO_TEST_CASE(inside_an_event_and_between_two) {
  for (const auto* text : {"d", "data: x", "data: x\n", "data: x\r", "event: a\n", "data: x\n\nid"})
    BOOST_TEST(is_inside_event(text), text);
  for (const auto* text : {"", "data: x\n\n", "data: x\r\r", "data: x\r\n\r\n", ": c\n", "\n"})
    BOOST_TEST(!is_inside_event(text), text);
}

BOOST_AUTO_TEST_CASE(fields_of_the_stream) {
  parameters.defaults = {.topics = {"a"}, .type = "token", .key = "k", .is_private = true};
  BOOST_TEST(of("data: x\n\nevent: e\ndata: y\n\n") ==
             "frame 1: <a> x event=token key=k private\nframe 2: <a> y event=e key=k private\nwell");
}

BOOST_AUTO_TEST_SUITE_END()
