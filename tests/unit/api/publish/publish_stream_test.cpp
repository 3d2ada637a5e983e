// Publish streams: what is stored, what is answered, and how they end.
#include "api/publish/publish_stream.hpp"

#include "store/memory/memory_store.hpp"
#include "unit/api/publish/publish_stream_fixture.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;
using api::StreamParameters;

namespace {

struct Fixture : PublishStreamFixture<store::MemoryStore> {};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(publish_stream_suite, Fixture)

BOOST_AUTO_TEST_CASE(each_event_is_answered_as_soon_as_it_is_complete) {
  const auto stream = publisher();
  BOOST_TEST(stream->take("{\"data\":\"one\"}\n{\"da") == id_line("e-1"));
  BOOST_TEST(stream->take("ta\":\"two\"}") == "");
  BOOST_TEST(stream->take("\n") == id_line("e-2"));
  BOOST_TEST(stream->take("{\"topic\":\"other\",\"id\":\"own\",\"data\":\"three\"}") == "");
  BOOST_TEST(stream->end() == id_line("own") + "END");
  BOOST_TEST(frames() == "data: one\nid: e-1\n\ndata: two\nid: e-2\n\ndata: three\nid: own\n\n");
  BOOST_TEST(metrics.events.value() == 3U);
  BOOST_TEST(metrics.rejected.value() == 0U);
  BOOST_TEST(metrics.bytes.value() == 73U);
}

BOOST_AUTO_TEST_CASE(errors_are_between_the_answers_where_their_lines_were) {
  const auto stream = publisher();
  BOOST_TEST(stream->take("x\n{\"data\":\"1\"}\n{\"data\":1,\"id\":\"e-9\"}\ny\nz\n{\"data\":\"2\"}\nw\n") ==
             error_line("line 1: JSON: is broken at byte 1") + id_line("e-1") +
                 error_line("line 3: id: has the form of a generated id; choose another") +
                 error_line("line 4: JSON: is broken at byte 1") +
                 error_line("line 5: JSON: is broken at byte 1") + id_line("e-2") +
                 error_line("line 7: JSON: is broken at byte 1"));
  BOOST_TEST(stream->take("v\n") == error_line("line 8: JSON: is broken at byte 1"));
  BOOST_TEST(stream->end() == "END");
  BOOST_TEST(metrics.events.value() == 2U);
  BOOST_TEST(metrics.rejected.value() == 6U);
}

BOOST_AUTO_TEST_CASE(a_body_without_an_event) {
  const auto stream = publisher();
  BOOST_TEST(stream->take("\n \n") == "");
  BOOST_TEST(stream->end() == "END");
  BOOST_TEST(frames() == "");
}

BOOST_AUTO_TEST_CASE(nothing_is_taken_behind_the_end) {
  const auto stream = publisher(lines());
  BOOST_TEST(stream->take("one\n") == id_line("e-1"));
  BOOST_TEST(stream->end() == "END");
  BOOST_TEST(stream->take("two\n") == "");
  BOOST_TEST(stream->end() == "");
  stream->stream->drain(1s);
  stream->stream->revoke();
  stream->stream->stop("t");
  BOOST_TEST(stream->client.news() == "");
  BOOST_TEST(log.last() == 1U);
}

BOOST_AUTO_TEST_CASE(errors_only_and_a_summary) {
  auto parameters = lines();
  parameters.answers = StreamParameters::Answers::errors;
  {
    const auto stream = publisher(parameters);
    BOOST_TEST(!stream->stream->answers_all());
    BOOST_TEST(stream->take("one\n\xff\ntwo\n") == error_line("line 2: data: is not valid UTF-8"));
    BOOST_TEST(stream->end() == "{\"stored\":2,\"rejected\":1,\"last\":\"e-2\"}\nEND");
  }
  const auto empty = publisher(parameters);
  BOOST_TEST(empty->end() == "{\"stored\":0,\"rejected\":0,\"last\":null}\nEND");
}

// The last one that was stored, wherever the errors are.
BOOST_AUTO_TEST_CASE(the_last_id_of_a_summary) {
  const std::pair<std::vector<const char*>, const char*> bodies[] = {
      {{"{\"data\":1}\n{\"id\":\"\\u00e9\\\"\"}\n", "{\"id\":\"e-1\"}\n"}, "\xc3\xa9\\\""},
      {{"{\"id\":\"a\"}\n{\"id\":\"e-1\"}\n"}, "a"},
      {{"{\"id\":\"b\"}\n", "{\"id\":\"e-1\"}\n", "x\n"}, "b"}};
  for (const auto& [pieces, last] : bodies) {
    const auto stream = publisher();
    std::string answers;
    for (const auto* piece : pieces) answers += stream->take(piece);
    BOOST_TEST(answers.find("{\"id\":") != std::string::npos);
    stream->stream->answer_errors_only();
    BOOST_TEST(stream->end().ends_with(std::string(",\"last\":\"") + last + "\"}\nEND"), last);
  }
}

BOOST_AUTO_TEST_CASE(errors_only_from_some_event_on) {
  const auto stream = publisher(lines());
  BOOST_TEST(stream->take("one\n") == id_line("e-1"));
  stream->stream->answer_errors_only();
  BOOST_TEST(stream->take("two\nthree\n") == "");
  BOOST_TEST(stream->end() == "{\"stored\":3,\"rejected\":0,\"last\":\"e-3\"}\nEND");
}

// --- the end ---

BOOST_AUTO_TEST_CASE(a_body_that_ends_well_closes_its_topics) {
  const auto stream = publisher(closing());
  BOOST_TEST(stream->take("one\n") == id_line("e-1"));
  BOOST_TEST(stream->end() == "END");
  BOOST_TEST(frames() == "data: one\nid: e-1\n\nid: e-2\n\n");
  const auto late = publisher(lines());
  BOOST_TEST(late->take("two\n") == error_line("line 1: topic: is closed and accepts no more events"));
}

// What `close` asks for is there already.
BOOST_AUTO_TEST_CASE(a_topic_that_its_last_event_has_closed) {
  auto parameters = closing();
  parameters.format = StreamParameters::Format::ndjson;
  const auto stream = publisher(parameters);
  BOOST_TEST(stream->take("{\"data\":1,\"close\":true}\n") == id_line("e-1"));
  BOOST_TEST(stream->end() == "END");
  BOOST_TEST(log.last() == 1U);
}

BOOST_AUTO_TEST_CASE(private_topics_are_closed_privately) {
  auto parameters = closing();
  parameters.defaults.is_private = true;
  publisher(parameters)->end();
  BOOST_TEST(log.read_all(0, 10).front()->is_private());
  BOOST_TEST(log.read_all(0, 10).front()->closes());
}

BOOST_AUTO_TEST_CASE(a_publisher_that_leaves_without_an_end) {
  auto parameters = closing();
  parameters.defaults.is_private = true;
  {
    const auto stream = publisher(parameters);
    stream->take("one\nhalf a li");
    stream->stream->leave();
    BOOST_TEST(stream->client.news() == "");
  }
  BOOST_TEST(frames() ==
             "data: one\nid: e-1\n\nevent: died\ndata: {\"reason\":\"disconnected\"}\nid: e-2\n\n");
  BOOST_TEST(log.read_all(1, 10).front()->is_private());
}

BOOST_AUTO_TEST_CASE(without_abort_nobody_is_told_of_that) {
  publisher(lines())->take("one\nhalf");
  BOOST_TEST(frames() == "data: one\nid: e-1\n\n");
}

// The web server ended the body, but it was shorter than announced: what stands at its end may be half a
// line.
BOOST_AUTO_TEST_CASE(a_body_that_is_not_whole) {
  const auto stream = publisher(closing());
  stream->take("one\nhalf");
  BOOST_TEST(stream->end(false) == "END");
  BOOST_TEST(frames() ==
             "data: one\nid: e-1\n\nevent: died\ndata: {\"reason\":\"disconnected\"}\nid: e-2\n\n");
}

BOOST_AUTO_TEST_CASE(a_body_that_ends_in_the_middle_of_a_frame) {
  auto parameters = closing();
  parameters.format = StreamParameters::Format::event_stream;
  const auto stream = publisher(parameters);
  BOOST_TEST(stream->take("data: one\n\ndata: hal") == id_line("e-1"));
  BOOST_TEST(stream->end() ==
             error_line("frame 2: has no empty line behind it: the body was cut, so it was not published") +
                 "END");
  BOOST_TEST(frames() ==
             "data: one\nid: e-1\n\nevent: died\ndata: {\"reason\":\"disconnected\"}\nid: e-2\n\n");
}

BOOST_AUTO_TEST_CASE(an_end_is_no_abort) {
  const auto drained = publisher(closing());
  drained->stream->drain(1s);
  drained->stream->leave();
  const auto revoked = publisher(closing());
  revoked->stream->revoke();
  revoked->stream->leave();
  BOOST_TEST(log.last() == 0U);
  const auto ended = publisher(closing());
  ended->end();
  ended->stream->leave();
  ended->stream->leave();
  BOOST_TEST(frames() == "id: e-1\n\n");
}

BOOST_AUTO_TEST_CASE(the_worker_stops) {
  const auto stream = publisher(lines());
  stream->take("one\nha");
  stream->stream->drain(1'500ms);
  BOOST_TEST(stream->client.news() == "{\"end\":{\"reason\":\"drain\",\"retryMs\":1500}}\nEND");
  BOOST_TEST(stream->take("lf\n") == "");
  BOOST_TEST(frames() == "data: one\nid: e-1\n\n");
}

BOOST_AUTO_TEST_CASE(an_end_by_the_worker_comes_behind_the_summary) {
  auto parameters = lines();
  parameters.answers = StreamParameters::Answers::errors;
  const auto stream = publisher(parameters);
  stream->take("one\n");
  stream->stream->drain(0s);
  BOOST_TEST(
      stream->client.news() ==
      "{\"stored\":1,\"rejected\":0,\"last\":\"e-1\"}\n{\"end\":{\"reason\":\"drain\",\"retryMs\":0}}\nEND");
}

// --- grants ---

BOOST_AUTO_TEST_CASE(only_what_the_grant_covers) {
  const auto stream = publisher({.defaults = {.topics = {"a"}}}, granted("a b/*"));
  BOOST_TEST(
      stream->take("{}\n{\"topic\":[\"a\",\"b/1\"]}\n{\"topic\":[\"a\",\"c\"]}\n{\"topic\":\"b\"}\n{}\n") ==
      id_lines(1, 2) + error_line("line 3: topic: c may not be published with the grant of this request") +
          error_line("line 4: topic: b may not be published with the grant of this request") +
          id_line("e-3"));
}

BOOST_AUTO_TEST_CASE(the_grant_ends) {
  const auto stream = publisher(lines(), granted("t"), clock.now() + 10s);
  BOOST_TEST(stream->take("one\n") == id_line("e-1"));
  advance(9'999ms);
  BOOST_TEST(stream->take("two\n") == id_line("e-2"));
  advance(1ms);
  BOOST_TEST(stream->client.news() == "{\"end\":{\"reason\":\"expired\"}}\nEND");
  BOOST_TEST(stream->take("three\n") == "");
}

BOOST_AUTO_TEST_CASE(a_grant_that_ends_after_the_stream) {
  auto stream = publisher(lines(), granted("t"), clock.now() + 10s);
  BOOST_TEST(stream->end() == "END");
  stream->stream->leave();
  advance(20s);
  BOOST_TEST(stream->client.news() == "");
}

BOOST_AUTO_TEST_CASE(the_streams_of_a_subject_are_revoked) {
  const auto one = publisher(lines(), granted("t"));
  const auto two = publisher(lines(), granted("t", "bob"));
  const auto three = publisher(lines(), granted("t"));
  const auto anonymous = publisher(lines());
  BOOST_TEST(open.revoke("alice") == 2U);
  BOOST_TEST(one->client.news() == "{\"end\":{\"reason\":\"revoked\"}}\nEND");
  BOOST_TEST(three->client.news() == "{\"end\":{\"reason\":\"revoked\"}}\nEND");
  BOOST_TEST(two->client.news() + anonymous->client.news() == "");
  BOOST_TEST(two->take("x\n") == id_line("e-1"));
}

// --- silence ---

BOOST_AUTO_TEST_CASE(whose_bytes_may_be_stuck_may_be_silent_for_an_hour) {
  const auto silent = publisher(lines());
  silent->client.stuck = true;
  const auto busy = publisher(lines());
  busy->client.stuck = true;
  const auto other = publisher(lines());
  const auto check = [this] {
    open.each([this](api::OpenPublisher& each) { each.check_idle(clock.now()); });
  };
  advance(30min);
  BOOST_TEST(busy->take("half a li") == "");
  advance(30min);
  check();
  BOOST_TEST(silent->client.news() == "");
  advance(1ms);
  check();
  BOOST_TEST(silent->client.news() == "{\"end\":{\"reason\":\"idle\"}}\nEND");
  BOOST_TEST(busy->client.news() + other->client.news() == "");
  check();
  BOOST_TEST(silent->client.news() == "");
  // It is the worker who takes nothing.
  busy->client.full = true;
  BOOST_TEST(busy->take("ne\n") == id_line("e-1") + "<");
  advance(2h);
  check();
  BOOST_TEST(busy->client.news() == "");
}

// --- stop ---

BOOST_AUTO_TEST_CASE(those_of_a_topic_are_told_to_stop_and_go_on) {
  const auto one = publisher(lines("a b"));
  const auto two = publisher(lines("b"));
  auto three = publisher(lines("a"));
  open.stop("a");
  const std::string line = "{\"stop\":{\"topic\":\"a\"}}\n";
  BOOST_TEST(one->client.news() == line);
  BOOST_TEST(two->client.news() == "");
  BOOST_TEST(three->client.news() == line);
  BOOST_TEST(one->take("last words\n") == id_line("e-1"));
  three.reset();
  open.stop("a");
  BOOST_TEST(one->client.news() == line);
}

BOOST_AUTO_TEST_SUITE_END()
