#include "pipe/publisher.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/pipe/publisher_fixture.hpp"

using namespace std::chrono_literals;
using namespace worker::pipe;
using State = Publisher::State;

BOOST_AUTO_TEST_SUITE(publisher_suite)

BOOST_AUTO_TEST_CASE(lines_are_published_and_the_end_is_awaited) {
  PublisherFixture it;
  it.turn();  // connects although there is nothing to send, to hear of mistakes early
  BOOST_TEST(it.workers.size() == 1U);
  it.add(1, "a\n");
  it.add(2, "b\n");
  it.turn();
  BOOST_TEST(it.worker().got == "a\nb\n");
  it.hear(stored);
  it.publisher.end_input();
  it.turn();
  BOOST_TEST(!it.worker().is_finished);
  it.hear(stored);
  it.turn();
  BOOST_TEST(it.worker().is_finished);
  BOOST_TEST(it.is(State::publishing));
  it.end(Ending::Kind::complete);
  BOOST_TEST(it.is(State::done));
  BOOST_TEST(it.report.counts.published == 2U);
  check(it.said, {});
}

BOOST_AUTO_TEST_CASE(a_refused_line_is_told_by_its_place_in_the_input) {
  PublisherFixture it;
  it.add(41, "a\n");
  it.add(42, "b\n");
  it.turn();
  it.hear(std::string(stored) + "{\"error\":\"line 2: topic: is closed\"}\n");
  check(it.said, {"line 42 was refused: topic: is closed"});
  BOOST_TEST(it.report.counts.refused == 1U);
  BOOST_TEST(it.report.counts.published == 1U);
  BOOST_TEST(it.publisher.unanswered() == 0U);
  BOOST_TEST(it.is(State::publishing));
}

BOOST_AUTO_TEST_CASE(what_is_unanswered_is_sent_on_the_next_connection) {
  PublisherFixture it;
  for (std::uint64_t number = 1; number <= 3; ++number) it.add(number, std::to_string(number) + "\n");
  it.turn();
  it.hear(stored);
  it.end(Ending::Kind::lost, "Connection reset");
  check(it.said, {"here: Connection reset. Connecting again until it succeeds; nothing is lost."});
  it.turn_after(499ms);
  BOOST_TEST(it.workers.size() == 1U);
  it.turn_after(501ms);
  BOOST_TEST(it.workers.size() == 2U);
  BOOST_TEST(it.worker().got == "2\n3\n");
  it.hear(stored);
  BOOST_TEST(it.said.back() == "publishing again");
  it.hear(stored);
  BOOST_TEST(it.said.size() == 2U);
  BOOST_TEST(it.report.counts.published == 3U);
  BOOST_TEST(it.report.counts.reconnects == 1U);
}

BOOST_AUTO_TEST_CASE(the_beginning_of_an_answer_dies_with_its_connection) {
  PublisherFixture it;
  it.add(1, "a\n");
  it.turn();
  it.hear("{\"id\":");
  it.end(Ending::Kind::lost);
  it.turn_after(long_enough);
  it.hear(stored);
  BOOST_TEST(it.report.counts.published == 1U);
  BOOST_TEST(it.is(State::publishing));
}

BOOST_AUTO_TEST_CASE(trouble_is_told_once_however_many_attempts_it_takes) {
  PublisherFixture it;
  it.next.is_open = false;
  it.next.ending = Ending{Ending::Kind::lost, "Connection refused"};
  it.add(1, "a\n");
  for (int i = 0; i < 20; ++i) it.turn_after(long_enough);
  BOOST_TEST(it.workers.size() == 20U);
  BOOST_TEST(it.said.size() == 1U);
  BOOST_TEST(it.report.counts.reconnects == 0U);
  it.next = {};
  it.turn_after(long_enough);
  it.hear(stored);
  BOOST_TEST(it.said.back() == "publishing again");
  BOOST_TEST(it.report.counts.reconnects == 0U);  // it is the first one
}

BOOST_AUTO_TEST_CASE(nothing_to_connect_to_ends_the_first_attempt_only) {
  PublisherFixture it;
  it.next.is_open = false;
  it.next.ending = Ending{Ending::Kind::absent, "No such file or directory"};
  it.turn();
  BOOST_TEST(it.is(State::no_way));
  check(it.said,
        {"here: No such file or directory. Set publish.listen in the configuration of the worker and "
         "restart it, or name another way with --socket or --url"});

  PublisherFixture later;
  later.turn();
  later.next = it.next;
  later.end(Ending::Kind::lost);
  later.turn_after(long_enough);
  BOOST_TEST(later.workers.size() == 2U);
  BOOST_TEST(later.is(State::publishing));
}

BOOST_AUTO_TEST_CASE(a_worker_that_drains_says_when_to_come_back) {
  PublisherFixture it;
  it.add(1, "a\n");
  it.turn();
  it.hear("{\"end\":{\"reason\":\"drain\",\"retryMs\":20000}}\n");
  BOOST_TEST(it.worker().is_gone);
  it.turn_after(19'999ms);
  BOOST_TEST(it.workers.size() == 1U);
  it.turn_after(1ms);
  BOOST_TEST(it.worker().got == "a\n");
  check(it.said,
        {"here: the worker stops or restarts. Connecting again until it succeeds; nothing is lost."});
}

BOOST_AUTO_TEST_CASE(a_stream_that_the_worker_ends_because_nothing_happens) {
  PublisherFixture it;
  it.turn();
  it.hear("{\"end\":{\"reason\":\"idle\"}}\n");
  it.turn();
  BOOST_TEST(it.workers.size() == 2U);
  BOOST_TEST(it.report.counts.reconnects == 0U);
  check(it.said, {});
  it.hear("{\"end\":{\"reason\":\"blocked\"}}\n");
  check(it.said,
        {"here: the worker ended the stream: blocked. Connecting again until it succeeds; nothing is lost."});
}

BOOST_AUTO_TEST_CASE(ends_after_which_nobody_comes_back) {
  const std::pair<const char*, const char*> ends[] = {
      {"{\"end\":{\"reason\":\"fenced\",\"writer\":\"B\"}}\n",
       "here: another writer, B, has taken the topics over"},
      {"{\"end\":{\"reason\":\"revoked\"}}\n", "here: the right to publish was revoked"},
      {"{\"end\":{\"reason\":\"expired\"}}\n", "here: the token has expired"},
      {"{\"error\":\"defaults: topic: is reserved\"}\n", "here: defaults: topic: is reserved"},
      {"<html>\n", "here: the answer is not that of a publish stream: <html>"},
      {"{\"id\":\"a\"}\n{\"id\":\"b\"}\n", "here: an answer came that belongs to no line"},
  };
  for (const auto& [line, sentence] : ends) {
    PublisherFixture it;
    it.add(1, "a\n");
    it.turn();
    it.hear(line);
    BOOST_TEST(it.is(State::denied));
    BOOST_TEST(it.worker().is_gone);
    check(it.said, {sentence});
  }
  PublisherFixture it;
  it.turn();
  it.end(Ending::Kind::denied, "status 401");
  BOOST_TEST(it.is(State::denied));
  check(it.said, {"here: status 401"});
}

BOOST_AUTO_TEST_CASE(other_refusals_of_a_stream_pass) {
  PublisherFixture it;
  it.turn();
  it.hear("{\"error\":\"There are 7 publish streams already.\"}\n");
  BOOST_TEST(it.is(State::publishing));
  it.turn_after(long_enough);
  BOOST_TEST(it.workers.size() == 2U);
}

BOOST_AUTO_TEST_CASE(lines_that_could_not_be_stored_are_sent_again_after_a_pause) {
  PublisherFixture it;
  for (std::uint64_t number = 1; number <= 3; ++number) it.add(number, std::to_string(number) + "\n");
  it.turn();
  it.worker().got.clear();
  const std::string away =
      "{\"error\":\"line 1: The store is unavailable (x). Retry later.\",\"retry\":true}\n";
  it.hear(away);
  it.hear(away);
  it.add(4, "4\n");
  it.turn_after(long_enough);
  BOOST_TEST(it.worker().got == "");  // the third is not answered
  it.hear(stored);
  it.turn();
  BOOST_TEST(it.worker().got == "1\n2\n4\n");
  check(it.said,
        {"line 1 is not stored yet: The store is unavailable (x). Retry later. It is sent again until it "
         "is."});
  it.worker().got.clear();
  it.hear(away + away + away);
  it.turn_after(499ms);
  BOOST_TEST(it.worker().got == "");
  it.turn_after(long_enough);
  BOOST_TEST(it.worker().got == "1\n2\n4\n");
  it.hear(std::string(stored) + stored + stored);
  BOOST_TEST(it.said.back() == "publishing again");
  BOOST_TEST(it.report.counts.published == 4U);
  BOOST_TEST(it.report.counts.refused == 0U);
  BOOST_TEST(it.workers.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_lost_in_such_a_pause) {
  PublisherFixture it;
  it.add(1, "1\n");
  it.turn();
  it.hear("{\"error\":\"line 1: away\",\"retry\":true}\n");
  it.end(Ending::Kind::lost);
  it.turn_after(long_enough);
  BOOST_TEST(it.worker().got == "1\n");
  it.hear(stored);
  it.turn_after(long_enough);
  BOOST_TEST(it.worker().got == "1\n");
}

BOOST_AUTO_TEST_CASE(readers_who_want_no_more) {
  PublisherFixture it;
  it.turn();
  BOOST_TEST(!it.publisher.is_stopped());
  it.hear("{\"stop\":{\"topic\":\"chat/42\"}}\n{\"stop\":{\"topic\":\"chat/42\"}}\n");
  BOOST_TEST(it.publisher.is_stopped());
  BOOST_TEST(it.is(State::publishing));
  check(it.said, {"stopped: readers want no more of chat/42"});
}

BOOST_AUTO_TEST_CASE(topics_are_closed_when_all_else_is_answered) {
  PublisherFixture it("close\n");
  it.add(1, "a\n");
  it.publisher.end_input();
  it.turn();
  BOOST_TEST(it.worker().got == "a\n");
  it.hear(stored);
  it.turn();
  BOOST_TEST(it.worker().got == "a\nclose\n");
  BOOST_TEST(!it.worker().is_finished);
  it.end(Ending::Kind::lost);
  it.turn_after(long_enough);
  BOOST_TEST(it.worker().got == "close\n");
  it.hear(stored);
  it.turn();
  BOOST_TEST(it.worker().is_finished);
  it.end(Ending::Kind::complete);
  BOOST_TEST(it.is(State::done));
  BOOST_TEST(it.report.counts.published == 1U);
}

BOOST_AUTO_TEST_CASE(topics_that_cannot_be_closed) {
  PublisherFixture it("close\n");
  it.publisher.end_input();
  it.turn();
  it.turn();
  it.hear("{\"error\":\"line 1: topic: is closed\"}\n");
  check(it.said, {"the end of the topics was refused: topic: is closed"});
  BOOST_TEST(it.report.counts.refused == 1U);
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_lost_when_all_is_answered) {
  PublisherFixture it;
  it.add(1, "a\n");
  it.turn();
  it.hear(stored);
  it.publisher.end_input();
  it.turn();
  it.end(Ending::Kind::lost);
  BOOST_TEST(it.is(State::done));
  check(it.said, {});
}

BOOST_AUTO_TEST_CASE(an_empty_input_and_no_worker) {
  PublisherFixture it;
  it.next.is_open = false;
  it.next.ending = Ending{Ending::Kind::lost, "Connection refused"};
  it.publisher.end_input();
  it.turn();
  it.turn();
  BOOST_TEST(it.is(State::done));
}

// The worker ends the answers although lines are missing in them.
BOOST_AUTO_TEST_CASE(a_complete_answer_that_is_not) {
  PublisherFixture it;
  it.add(1, "a\n");
  it.publisher.end_input();
  it.turn();
  it.end(Ending::Kind::complete);
  BOOST_TEST(it.is(State::publishing));
  it.turn_after(long_enough);
  BOOST_TEST(it.worker().got == "a\n");
}

BOOST_AUTO_TEST_CASE(more_than_may_be_unanswered_has_to_wait) {
  PublisherFixture it;
  const std::string half(PublisherFixture::bytes_max / 2, 'x');
  it.add(1, half);
  it.add(2, half);
  BOOST_TEST(!it.publisher.offer(3, "x"));
  it.turn();
  BOOST_TEST(!it.publisher.offer(3, "x"));
  it.hear(stored);
  BOOST_TEST(it.publisher.offer(3, "x"));
}

BOOST_AUTO_TEST_CASE(quiet_leaves_notes_out) {
  Said said;
  worker::pipe::Report report(true, [&](const std::string& sentence) { said.push_back(sentence); });
  report.note("a note");
  report.error("an error");
  check(said, {"an error"});
}

BOOST_AUTO_TEST_CASE(what_others_say_is_made_printable) {
  PublisherFixture it;
  it.add(1, "a\n");
  it.turn();
  it.hear("{\"error\":\"line 1: \\u001b[31m\"}\n");
  check(it.said, {"line 1 was refused: \\x1b[31m"});
}

BOOST_AUTO_TEST_SUITE_END()
