// Publish streams before a store that answers later, or on a thread of its own.
#include <algorithm>
#include <deque>
#include <thread>

#include "unit/api/publish/publish_stream_fixture.hpp"
#include "unit/api/publish/stores.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;
using api::StreamParameters;

namespace {

struct Fixture : PublishStreamFixture<LateStore> {
  /// So many bytes of events that wait for the store.
  static std::string bytes(std::size_t count) { return std::string(count, 'x') + "\n"; }
  static constexpr std::size_t waiting_max = 1'048'576;
};

struct Trouble : PublishStreamFixture<FullStore> {};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(publish_stream_later_suite, Fixture)

BOOST_AUTO_TEST_CASE(answers_come_in_the_order_of_the_body) {
  const auto stream = publisher();
  BOOST_TEST(stream->take("{\"data\":1}\nx\n") == "");
  BOOST_TEST(stream->take("y\n") == "");
  BOOST_TEST(stream->take("{\"data\":2}\n{\"data\":3}\n") == "");
  BOOST_TEST(store.waiting() == 2U);
  // The later one first.
  store.keep(1);
  BOOST_TEST(stream->client.news() == "");
  store.keep(0);
  BOOST_TEST(stream->client.news() == id_line("e-3") + error_line("line 2: JSON: is broken at byte 1") +
                                          error_line("line 3: JSON: is broken at byte 1") + id_lines(1, 2));
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_the_store) {
  const auto stream = publisher(closing());
  stream->take("one\ntwo");
  BOOST_TEST(stream->end() == "");
  BOOST_TEST(store.waiting() == 3U);
  store.keep(0);
  BOOST_TEST(stream->client.news() == id_line("e-1"));
  store.keep_all();
  BOOST_TEST(stream->client.news() == id_line("e-2") + "END");
  BOOST_TEST(log.last() == 3U);
}

BOOST_AUTO_TEST_CASE(a_drain_waits_for_the_store) {
  const auto stream = publisher(lines());
  stream->take("one\n");
  stream->stream->drain(1s);
  BOOST_TEST(stream->take("two\n") == "");
  BOOST_TEST(stream->client.news() == "");
  store.keep_all();
  BOOST_TEST(stream->client.news() ==
             id_line("e-1") + "{\"end\":{\"reason\":\"drain\",\"retryMs\":1000}}\nEND");
  BOOST_TEST(log.last() == 1U);
}

// The first reason counts.
BOOST_AUTO_TEST_CASE(two_reasons_to_end) {
  const auto stream = publisher(lines(), granted("t"), clock.now() + 1s);
  stream->take("one\n");
  stream->stream->revoke();
  stream->stream->drain(1s);
  advance(2s);
  stream->end();
  store.keep_all();
  BOOST_TEST(stream->client.news() == id_line("e-1") + "{\"end\":{\"reason\":\"revoked\"}}\nEND");
}

BOOST_AUTO_TEST_CASE(the_publisher_leaves_before_the_answer) {
  {
    const auto stream = publisher(closing());
    stream->take("one\ntwo\n");
    stream->stream->leave();
    BOOST_TEST(store.waiting() == 2U);
  }
  store.keep_all();
  BOOST_TEST(metrics.events.value() == 3U);
  BOOST_TEST(frames() ==
             "data: one\nid: e-1\n\ndata: two\nid: e-2\n\nevent: died\ndata: "
             "{\"reason\":\"disconnected\"}\nid: e-3\n\n");
}

// What is on its way to the store when another writer comes is kept; what comes later is not given to it.
BOOST_AUTO_TEST_CASE(a_later_writer_comes_behind_what_was_given_to_the_store) {
  auto parameters = lines();
  parameters.writer = std::make_shared<const std::string>("A");
  const auto one = publisher(parameters);
  one->take("one\n");
  parameters.writer = std::make_shared<const std::string>("B");
  const auto two = publisher(parameters);
  two->take("three\n");
  one->take("late\n");
  BOOST_TEST(store.waiting() == 2U);
  turn();
  BOOST_TEST(one->client.news() == "");
  store.keep_all();
  BOOST_TEST(one->client.news() == id_line("e-1") +
                                       error_line("line 2: another writer has taken the topic over") +
                                       "{\"end\":{\"reason\":\"fenced\",\"writer\":\"B\"}}\nEND");
  BOOST_TEST(two->client.news() == id_line("e-2"));
  BOOST_TEST(frames() == "data: one\nid: e-1\n\ndata: three\nid: e-2\n\n");
}

BOOST_AUTO_TEST_CASE(what_the_store_refuses_may_be_sent_again) {
  const auto stream = publisher(closing());
  stream->take("one\n");
  const std::pair<store::Rejection, std::string> reasons[] = {
      {store::Rejection::unavailable, "The store is unavailable (it is available again). Retry later."},
      {store::Rejection::full,
       "Too many publishes are waiting for the store. Retry later; the operator can raise "
       "store.pending_bytes_max."},
      {store::Rejection::outcome_unknown,
       "The outcome is unknown: the event may have been stored. Retry later; a retry with the same `id` "
       "cannot create "
       "a duplicate."}};
  int number = 1;
  for (const auto& [rejection, text] : reasons) {
    store.rejection = rejection;
    if (number > 1) stream->take("again\n");
    store.keep_all();
    BOOST_TEST(stream->client.news() == error_line("line " + std::to_string(number++) + ": " + text, true));
  }
  BOOST_TEST(metrics.rejected.value() == 3U);
}

// Whoever asked for it must know that readers were not told.
BOOST_AUTO_TEST_CASE(a_topic_that_cannot_be_closed) {
  store.rejection = store::Rejection::unavailable;
  const auto unavailable =
      error_line("close: The store is unavailable (it is available again). Retry later.", true);
  {
    const auto stream = publisher(closing());
    stream->end();
    store.keep_all();
    BOOST_TEST(stream->client.news() == unavailable + "END");
  }
  auto parameters = closing();
  parameters.answers = StreamParameters::Answers::errors;
  const auto stream = publisher(parameters);
  stream->end();
  store.keep_all();
  BOOST_TEST(stream->client.news() == unavailable + "{\"stored\":0,\"rejected\":0,\"last\":null}\nEND");
}

BOOST_AUTO_TEST_CASE(an_abort_that_cannot_be_published) {
  store.rejection = store::Rejection::full;
  const auto stream = publisher(closing());
  stream->end(false);
  store.keep_all();
  BOOST_TEST(
      stream->client.news() ==
      error_line("abort: Too many publishes are waiting for the store. Retry later; the operator can raise "
                 "store.pending_bytes_max.",
                 true) +
          "END");
}

// --- back-pressure ---

BOOST_AUTO_TEST_CASE(a_stream_with_too_much_on_its_way_is_held) {
  const auto stream = publisher(lines());
  // At the bound, with what an event takes besides.
  const auto around = sizeof(log::Draft);
  BOOST_TEST(stream->take(bytes(waiting_max / 2 - around)) == "");
  BOOST_TEST(stream->take(bytes(waiting_max / 2 - around)) == "");
  BOOST_TEST(stream->take("\n") == "<");
  store.keep(0);
  BOOST_TEST(stream->client.news() == id_line("e-1") + ">");
  BOOST_TEST(stream->take(bytes(waiting_max)) == "<");
  store.keep_all();
  BOOST_TEST(stream->client.news() == id_lines(2, 3) + id_line("e-4") + ">");
}

// They wait for an answer behind the event that the store has.
BOOST_AUTO_TEST_CASE(lines_that_are_wrong_count_as_waiting) {
  const auto stream = publisher(lines());
  BOOST_TEST(stream->take("one\n") == "");
  const std::string wrong_lines = [] {
    std::string text;
    for (int i = 0; i < 1'000; ++i) text += "\xff\n";
    return text;
  }();
  const auto error_bytes = error_line("line 12345: data: is not valid UTF-8").size();
  std::string got;
  std::size_t lines_taken = 0;
  for (; got.empty() && lines_taken * error_bytes < 2 * waiting_max; lines_taken += 1'000)
    got = stream->take(wrong_lines);
  BOOST_TEST(got == "<");
  store.keep_all();
  got = stream->client.news();
  BOOST_TEST(got.starts_with(id_line("e-1") + error_line("line 2: data: is not valid UTF-8")));
  BOOST_TEST(static_cast<std::size_t>(std::count(got.begin(), got.end(), '\n')) == lines_taken + 1);
  BOOST_TEST(got.ends_with(">"));
  // Without such an event they are answered at once.
  BOOST_TEST(stream->take(wrong_lines).find('<') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_stream_is_held_while_all_have_too_much_on_their_way) {
  settings.store_pending_bytes_max = 1'000;
  const auto stream = publisher(lines());
  store.backlog_bytes = 500;
  BOOST_TEST(stream->take("one\n") == "");
  // This one would be refused, so it waits in the stream, with all that follows.
  store.backlog_bytes = 501;
  BOOST_TEST(stream->take("two\nth") == "<");
  BOOST_TEST(stream->take("ree\n") == "");
  BOOST_TEST(store.waiting() == 1U);
  BOOST_TEST(unfinished.used() == 10U);
  store.keep_all();
  BOOST_TEST(stream->client.news() == id_line("e-1"));
  // Nothing of its own is under way, so it looks again by itself.
  advance(20ms);
  BOOST_TEST(stream->client.news() == "");
  store.backlog_bytes = 500;
  advance(19ms);
  BOOST_TEST(stream->client.news() == "");
  advance(1ms);
  BOOST_TEST(stream->client.news() == ">");
  BOOST_TEST(unfinished.used() == 0U);
  store.keep_all();
  BOOST_TEST(stream->client.news() == id_lines(2, 3));
  advance(1s);
  BOOST_TEST(stream->client.news() == "");
}

// Of many streams, only one may go on when there is room for one.
BOOST_AUTO_TEST_CASE(what_was_postponed_may_fill_the_store_again) {
  settings.store_pending_bytes_max = 1'000;
  const auto one = publisher(lines());
  const auto two = publisher(lines());
  store.backlog_bytes = 501;
  BOOST_TEST(one->take("one\n") == "<");
  BOOST_TEST(two->take("two\n") == "<");
  store.backlog_bytes = 500;
  store.on_append = [this] { store.backlog_bytes = 501; };
  advance(20ms);
  BOOST_TEST(store.waiting() == 1U);
  BOOST_TEST(one->client.news() == "");
  store.backlog_bytes = 0;
  store.on_append = nullptr;
  store.keep_all();
  BOOST_TEST(one->client.news() == id_line("e-1") + ">");
  advance(20ms);
  BOOST_TEST(two->client.news() == ">");
  store.keep_all();
  BOOST_TEST(two->client.news() == id_line("e-2"));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_body_that_waits) {
  settings.store_pending_bytes_max = 1'000;
  for (const bool whole : {false, true}) {
    const auto stream = publisher(closing());
    store.backlog_bytes = 501;
    BOOST_TEST(stream->take("one\ntw") == "<");
    BOOST_TEST(stream->end(whole) == "");
    BOOST_TEST(store.waiting() == 0U);
    store.backlog_bytes = 0;
    advance(20ms);
    // Two lines and the closing; or a line and `died`.
    BOOST_TEST(store.waiting() == (whole ? 3U : 2U));
    store.keep_all();
    BOOST_TEST(stream->client.news().ends_with("END"));
  }
}

// Nobody is told, as with everything that was not answered; but it is not lost because of that.
BOOST_AUTO_TEST_CASE(a_publisher_leaves_while_a_piece_waits) {
  settings.store_pending_bytes_max = 1'000;
  const auto stream = publisher(lines());
  store.backlog_bytes = 501;
  stream->take("one\n");
  stream->stream->leave();
  store.keep_all();
  BOOST_TEST(frames() == "data: one\nid: e-1\n\n");
  BOOST_TEST(unfinished.used() == 0U);
}

// It is as if it was not read: the publisher gets no answer, and sends it again.
BOOST_AUTO_TEST_CASE(a_drain_while_a_piece_waits) {
  settings.store_pending_bytes_max = 1'000;
  const auto stream = publisher(lines());
  store.backlog_bytes = 501;
  stream->take("one\n");
  stream->client.news();
  stream->stream->drain(1s);
  BOOST_TEST(stream->client.news() == "{\"end\":{\"reason\":\"drain\",\"retryMs\":1000}}\nEND");
  store.backlog_bytes = 0;
  advance(1s);
  BOOST_TEST(store.waiting() == 0U);
  BOOST_TEST(unfinished.used() == 0U);
}

// Then it is for the store to say what can be kept.
BOOST_AUTO_TEST_CASE(there_is_no_memory_for_a_piece_to_wait) {
  settings.store_pending_bytes_max = 1'000;
  unfinished.set_limit(5);
  base::ByteBudget::Reservation others(&unfinished);
  BOOST_TEST(others.reserve(1));
  const auto stream = publisher(lines());
  store.backlog_bytes = 501;
  BOOST_TEST(stream->take("one\n") == "<");
  BOOST_TEST(store.waiting() == 0U);
  BOOST_TEST(stream->take("two\n") == "");
  BOOST_TEST(store.waiting() == 2U);
  BOOST_TEST(unfinished.used() == 1U);
  store.keep_all();
  BOOST_TEST(stream->client.news() == id_lines(1, 2));
}

// The rate is over before the store has answered.
BOOST_AUTO_TEST_CASE(two_reasons_to_be_held) {
  rate.set_limit(10);
  const auto stream = publisher(lines(), granted("t"));
  BOOST_TEST(stream->take(std::string(20, '\n')) == "<");
  stream->client.full = true;
  advance(1s);
  store.keep_all();
  BOOST_TEST(stream->client.news() == id_lines(1, 20));
  stream->client.full = false;
  stream->stream->on_ready();
  BOOST_TEST(stream->client.news() == ">");
  // And the other way round.
  BOOST_TEST(stream->take(std::string(20, '\n')) == "<");
  store.keep_all();
  BOOST_TEST(stream->client.news() == id_lines(21, 40));
  advance(1'999ms);
  BOOST_TEST(stream->client.news() == "");
  advance(1ms);
  BOOST_TEST(stream->client.news() == ">");
}

BOOST_AUTO_TEST_CASE(a_held_stream_that_leaves_is_not_called_any_more) {
  auto stream = publisher(lines());
  BOOST_TEST(stream->take(bytes(waiting_max)) == "<");
  stream->stream->leave();
  store.keep_all();
  advance(1s);
  BOOST_TEST(stream->client.news() == "");
}

// --- threads ---

// On the thread of the store the answer goes to the loop first; the last owner of a stream may be that
// thread.
BOOST_AUTO_TEST_CASE(a_store_with_a_thread_of_its_own) {
  std::deque<std::unique_ptr<Publisher>> publishers;
  std::thread disk;
  loop.post([&] {
    for (int i = 0; i < 20; ++i) {
      publishers.push_back(publisher(closing()));
      publishers.back()->take("one\n\xff\ntwo\n");
      if (i % 2 == 1) publishers.back()->stream->end(true);
    }
    // Some of them leave meanwhile.
    for (std::size_t i = 0; i < 20; i += 4) publishers[i].reset();
    disk = std::thread([&] {
      store.keep_all();
      loop.post([&] { loop.stop(); });
    });
  });
  loop.run();
  disk.join();
  for (std::size_t i = 0; i < 20; ++i) {
    if (!publishers[i]) continue;
    const auto got = publishers[i]->client.news();
    BOOST_TEST(std::count(got.begin(), got.end(), '\n') == 3);
    BOOST_TEST(got.find("line 2: data: is not valid UTF-8") != std::string::npos);
    BOOST_TEST(got.ends_with("END") == (i % 2 == 1));
  }
  // Forty events, ten closed topics of which one is, and five deaths of which none comes before it.
  BOOST_TEST(metrics.events.value() + metrics.rejected.value() == 40U + 20U + 10U + 5U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(publish_stream_trouble_suite, Trouble)

BOOST_AUTO_TEST_CASE(a_store_that_keeps_nothing) {
  const auto stream = publisher();
  BOOST_TEST(stream->take("{\"data\":1}\n") ==
             error_line("line 1: The store is unavailable (the disk is full). Retry later.", true));
  BOOST_TEST(stream->end() == "END");
}

BOOST_AUTO_TEST_SUITE_END()
