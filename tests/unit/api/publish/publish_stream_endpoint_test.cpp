// POST /publish/stream: when the answers begin, and what is kept until then.
#include "unit/api/publish/publish_stream_endpoint_fixture.hpp"

using namespace worker;
using namespace worker::support;

BOOST_FIXTURE_TEST_SUITE(publish_stream_endpoint_suite, EndpointAtOnce)

// --- when the answers begin ---

BOOST_AUTO_TEST_CASE(the_answers_begin_with_the_first_pause) {
  const auto stream = request("topic=t");
  BOOST_TEST(endpoint().streams_body({}));
  BOOST_TEST(stream->send("one\n") == "");
  advance(first_pause - 1ms);
  BOOST_TEST(stream->send("two\n") == "");
  advance(first_pause - 1ms);
  BOOST_TEST(!stream->exchange.head.has_value());
  advance(1ms);
  BOOST_TEST(stream->exchange.head_text() == answers_head);
  BOOST_TEST(stream->exchange.news() == id_lines(1, 2));
  BOOST_TEST(stream->send("three\n") == id_line("e-3"));
  BOOST_TEST(stream->end() == "");
  BOOST_TEST(stream->exchange.finished);
}

// A body that comes in one piece is answered in one.
BOOST_AUTO_TEST_CASE(without_a_pause_they_come_with_the_end) {
  const auto stream = request("topic=t");
  stream->send("one\ntwo\n");
  BOOST_TEST(stream->end() == id_lines(1, 2));
  BOOST_TEST(stream->exchange.head_text() == answers_head);
  BOOST_TEST(stream->exchange.writes.size() == 1U);
  BOOST_TEST(stream->exchange.finished);
  advance(1s);
}

BOOST_AUTO_TEST_CASE(nothing_is_sent_before_anything_has_come) {
  const auto stream = request("topic=t");
  advance(1h);
  BOOST_TEST(!stream->exchange.head.has_value());
  BOOST_TEST(stream->end() == "");
  BOOST_TEST(stream->exchange.finished);
}

BOOST_AUTO_TEST_CASE(all_answers_at_once) {
  const auto stream = request("topic=t&answers=all");
  BOOST_TEST(stream->exchange.head_text() == answers_head);
  BOOST_TEST(stream->send("one\n") == id_line("e-1"));
  std::string answers;
  for (int i = 0; i < 10; ++i) answers += stream->send(lines(10'000));
  BOOST_TEST((answers == id_lines(2, 100'001)));
}

BOOST_AUTO_TEST_CASE(errors_at_the_end) {
  const auto stream = request("topic=t&answers=errors");
  BOOST_TEST(stream->send("one\n\xff\n") == "");
  advance(1h);
  BOOST_TEST(!stream->exchange.head.has_value());
  BOOST_TEST(stream->end() == error_line("line 2: data: is not valid UTF-8") +
                                  "{\"stored\":1,\"rejected\":1,\"last\":\"e-1\"}\n");
}

// --- a publisher that does not pause ---

BOOST_AUTO_TEST_CASE(a_flood_gets_a_summary) {
  const auto stream = request("topic=t");
  int events = 0;
  std::string answers;
  // 15 to 20 bytes an answer: half a mebibyte of them.
  for (; events < 60'000; events += 1'000) answers += stream->send(lines(1'000));
  BOOST_TEST(answers == "");
  advance(1h);
  BOOST_TEST(!stream->exchange.head.has_value());
  BOOST_TEST(stream->end() == "{\"stored\":60000,\"rejected\":0,\"last\":\"e-60000\"}\n");
}

// Up to the bound all of them, and past it the last id is known though its line is not kept.
BOOST_AUTO_TEST_CASE(the_bound_of_what_is_kept) {
  const auto all = id_lines(1, 100'000);
  const auto fit = static_cast<int>(std::count(all.begin(), all.begin() + 524'288, '\n'));
  for (const int more : {0, 1}) {
    const auto stream = request(fmt::format("topic=t{}", more));
    const auto first = static_cast<int>(log.last()) + 1;
    if (first > 1) {
      // Longer ids: fewer fit.
      std::string ids;
      int count = 0;
      for (int i = first; ids.size() <= 524'288; ++i, ++count) ids += id_line(fmt::format("e-{}", i));
      stream->send(lines(count));
      BOOST_TEST(stream->end() == fmt::format("{{\"stored\":{},\"rejected\":0,\"last\":\"e-{}\"}}\n", count,
                                              first + count - 1));
    } else {
      stream->send(lines(fit));
      BOOST_TEST((stream->end() == id_lines(1, fit)));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_errors_of_a_flood_are_kept_and_no_ids) {
  const auto stream = request("topic=t");
  stream->send("\xff\n");
  for (int i = 0; i < 60; ++i) stream->send(lines(1'000));
  stream->send("\xfe\n");
  BOOST_TEST(stream->end() == error_line("line 1: data: is not valid UTF-8") +
                                  error_line("line 60002: data: is not valid UTF-8") +
                                  "{\"stored\":60000,\"rejected\":2,\"last\":\"e-60000\"}\n");
}

// As many whole lines as fit, whether they come one by one, all at once, or before it is a flood.
BOOST_AUTO_TEST_CASE(errors_are_kept_within_a_bound_and_all_are_counted) {
  for (const auto* query : {"topic=t&answers=errors", "topic=t"}) {
    for (const int step : {1, 100, 10'000}) {
      const auto stream = request(query);
      std::string wrong;
      for (int i = 0; i < step; ++i) wrong += "\xff\n";
      for (int i = 0; i < 20'000; i += step) stream->send(wrong);
      const auto answer = stream->end();
      BOOST_TEST(answer.ends_with("}\n{\"stored\":0,\"rejected\":20000,\"last\":null}\n"));
      BOOST_TEST(answer.size() < 65'700U);
      BOOST_TEST(answer.size() > 65'000U);
      std::istringstream each(answer);
      int number = 0;
      for (std::string line; std::getline(each, line) && line.starts_with("{\"error"); ++number)
        BOOST_REQUIRE_EQUAL(line,
                            fmt::format("{{\"error\":\"line {}: data: is not valid UTF-8\"}}", number + 1));
      BOOST_TEST(number > 1'000);
    }
  }
}

// The worker is slow, and not the publisher: nothing begins.
BOOST_AUTO_TEST_CASE(bytes_that_wait_in_the_socket_are_no_pause) {
  const auto stream = request("topic=t");
  stream->send("one\n");
  stream->exchange.body_bytes = 1;
  advance(first_pause);
  advance(first_pause);
  BOOST_TEST(!stream->exchange.head.has_value());
  stream->exchange.body_bytes = 0;
  advance(first_pause - 1ms);
  BOOST_TEST(!stream->exchange.head.has_value());
  advance(1ms);
  BOOST_TEST(stream->exchange.news() == id_line("e-1"));
}

// The web server may have found it full, and has bytes to pass on as soon as it gets a processor.
BOOST_AUTO_TEST_CASE(a_socket_that_was_nearly_full_needs_a_longer_pause) {
  for (const std::size_t waiting : {65'535U, 65'536U}) {
    const auto stream = request("topic=t");
    stream->exchange.body_bytes = waiting;
    stream->send("one\n");
    stream->exchange.body_bytes = 0;
    stream->send("two\nhalf");
    advance(first_pause);
    BOOST_TEST(stream->exchange.head.has_value() == (waiting == 65'535U));
    advance(994ms);
    BOOST_TEST(stream->exchange.head.has_value() == (waiting == 65'535U));
    advance(1ms);
    BOOST_TEST(stream->exchange.head.has_value());
    // If that was too short all the same, the publisher is told.
    advance(10s);
    BOOST_TEST(stream->exchange.finished == (waiting == 65'536U));
  }
}

// --- stop ---

BOOST_AUTO_TEST_CASE(a_stop_is_told_at_once_and_the_answers_begin_with_it) {
  for (const auto* query : {"topic=t", "topic=t&answers=errors", "topic=t&answers=all"}) {
    const auto stream = request(query);
    stream->send("\xff\n");
    endpoint().open().stop("t");
    BOOST_TEST(stream->exchange.head_text() == answers_head);
    BOOST_TEST(stream->exchange.body() ==
               error_line("line 1: data: is not valid UTF-8") + "{\"stop\":{\"topic\":\"t\"}}\n");
    stream->exchange.news();
    BOOST_TEST(stream->send("\xff\n") == error_line("line 2: data: is not valid UTF-8"));
  }
}

// --- a web server that forgets the body ---

// It has found the socket full, and the rest of a line does not come.
BOOST_AUTO_TEST_CASE(a_body_that_is_not_continued_ends_its_stream) {
  const auto stream = request("topic=t&answers=all");
  stream->exchange.body_bytes = 65'536;
  BOOST_TEST(stream->send("one\n") == id_line("e-1"));
  stream->exchange.body_bytes = 0;
  BOOST_TEST(stream->send("two\nhal") == id_line("e-2"));
  advance(9'999ms);
  BOOST_TEST(stream->exchange.news() == "");
  advance(1ms);
  BOOST_TEST(stream->exchange.news() == "{\"end\":{\"reason\":\"blocked\"}}\n");
  BOOST_TEST(stream->exchange.finished);
}

BOOST_AUTO_TEST_CASE(a_body_that_is_continued_in_time) {
  const auto stream = request("topic=t&answers=all");
  stream->exchange.body_bytes = 65'536;
  stream->send("one\nha");
  stream->exchange.body_bytes = 0;
  for (int i = 0; i < 5; ++i) {
    advance(9'999ms);
    BOOST_TEST(stream->send("x") == "");
  }
  BOOST_TEST(stream->send("\n") == id_line("e-2"));
  // A whole line: its publisher may be silent from now on, also within a line.
  advance(10s);
  BOOST_TEST(stream->send("ha") == "");
  advance(1h);
  BOOST_TEST(stream->send("lf\n") == id_line("e-3"));
}

BOOST_AUTO_TEST_CASE(a_publisher_that_is_silent_within_a_line) {
  const auto stream = request("topic=t&answers=all");
  stream->exchange.body_bytes = 65'535;
  stream->send("one\nha");
  advance(1h);
  BOOST_TEST(stream->send("lf\n") == id_line("e-2"));
  // Before the answers have begun, the web server continues whatever had to wait.
  const auto other = request("topic=t&answers=errors");
  other->exchange.body_bytes = 1'000'000;
  other->send("ha");
  advance(1h);
  BOOST_TEST(!other->exchange.finished);
}

// Where the body ended with a line, nothing tells that bytes are missing.
BOOST_AUTO_TEST_CASE(a_publisher_that_is_silent_for_an_hour) {
  const auto answered = request("topic=t&answers=all");
  const auto asks = request("topic=t");
  BOOST_TEST(answered->send("one\n") == id_line("e-1"));
  advance(first_pause);
  for (int minute = 0; minute < 59; ++minute) {
    advance(1min);
    asks->send("");
  }
  BOOST_TEST(!answered->exchange.finished);
  advance(1min);
  BOOST_TEST(answered->exchange.news() == "{\"end\":{\"reason\":\"idle\"}}\n");
  BOOST_TEST(!asks->exchange.finished);
  // Streams that come later are looked at, too.
  const auto late = request("topic=t&answers=all");
  for (int minute = 0; minute < 62; ++minute) advance(1min);
  BOOST_TEST(late->exchange.finished);
}

// What waits for the first pause counts among what all streams may keep.
BOOST_AUTO_TEST_CASE(answers_that_all_streams_together_cannot_keep) {
  unfinished.set_limit(20'000);
  base::ByteBudget::Reservation others(&unfinished);
  BOOST_TEST(others.reserve(15'000));
  const auto stream = request("topic=t");
  // Up to 4 KiB are free, and twice as much is taken for more.
  stream->send(lines(200));
  BOOST_TEST(unfinished.used() == 15'000U);
  stream->send(lines(100));
  BOOST_TEST(unfinished.used() == 15'000U);
  BOOST_TEST(stream->end() == "{\"stored\":300,\"rejected\":0,\"last\":\"e-300\"}\n");
  others.release();
  {
    const auto next = request("topic=t");
    next->send(lines(300));
    BOOST_TEST(unfinished.used() > 4'096U);
    advance(first_pause);
    BOOST_TEST(unfinished.used() == 0U);
    const auto leaves = request("topic=t");
    leaves->send(lines(300));
    BOOST_TEST(unfinished.used() > 4'096U);
  }
  BOOST_TEST(unfinished.used() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(publish_stream_endpoint_later_suite, EndpointLater)

// It is the store that is slow: the publisher has not paused, so that the answers do not begin, and the web
// server continues its body.
BOOST_AUTO_TEST_CASE(a_publisher_that_is_held_has_not_paused) {
  const auto stream = request("topic=t");
  stream->send(std::string(1'048'300, 'x') + "\n");
  stream->send("two\n");
  BOOST_TEST(stream->exchange.body_held);
  advance(1h);
  BOOST_TEST(!stream->exchange.head.has_value());
  store.keep_all();
  BOOST_TEST(!stream->exchange.body_held);
  advance(999ms);
  BOOST_TEST(!stream->exchange.head.has_value());
  advance(1ms);
  BOOST_TEST(stream->exchange.news() == id_lines(1, 2));
}

// While it is held, nothing can come, however long that takes.
BOOST_AUTO_TEST_CASE(a_body_that_was_held_during_its_answers) {
  const auto stream = request("topic=t&answers=all");
  stream->send(std::string(1'048'300, 'x') + "\n");
  stream->send("two\nhal");
  BOOST_TEST(stream->exchange.body_held);
  advance(1h);
  BOOST_TEST(!stream->exchange.finished);
  store.keep_all();
  BOOST_TEST(stream->exchange.news() == id_lines(1, 2));
  advance(9'999ms);
  BOOST_TEST(!stream->exchange.finished);
  advance(1ms);
  BOOST_TEST(stream->exchange.news() == "{\"end\":{\"reason\":\"blocked\"}}\n");
}

BOOST_AUTO_TEST_CASE(a_stop_for_a_body_that_is_held) {
  const auto stream = request("topic=t");
  stream->send(std::string(1'048'300, 'x') + "\n");
  stream->send("two\nhal");
  endpoint().open().stop("t");
  BOOST_TEST(stream->exchange.news() == "{\"stop\":{\"topic\":\"t\"}}\n");
  store.keep_all();
  advance(10s);
  BOOST_TEST(stream->exchange.news() == id_lines(1, 2) + "{\"end\":{\"reason\":\"blocked\"}}\n");
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_the_store) {
  const auto stream = request("topic=t&close=1");
  stream->send("one\n");
  BOOST_TEST(stream->end() == "");
  advance(first_pause);
  BOOST_TEST(stream->exchange.head.has_value());
  store.keep_all();
  BOOST_TEST(stream->exchange.news() == id_line("e-1"));
  BOOST_TEST(stream->exchange.finished);
}

BOOST_AUTO_TEST_SUITE_END()
