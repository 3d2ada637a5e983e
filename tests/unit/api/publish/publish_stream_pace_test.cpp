// Publish streams: one writer at a time, and publishers that are slowed.
#include "api/publish/publish_stream.hpp"

#include "store/memory/memory_store.hpp"
#include "unit/api/publish/publish_stream_fixture.hpp"

using namespace worker;
using namespace worker::support;
using namespace std::chrono_literals;

namespace {

struct Fixture : PublishStreamFixture<store::MemoryStore> {};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(publish_stream_pace_suite, Fixture)

// --- writers ---

BOOST_AUTO_TEST_CASE(a_later_writer_takes_over) {
  auto parameters = lines();
  parameters.writer = std::make_shared<const std::string>("A");
  const auto one = publisher(parameters);
  BOOST_TEST(one->take("one\n") == id_line("e-1"));
  parameters.writer = std::make_shared<const std::string>("B \"");
  const auto two = publisher(parameters);
  // Before it has been told.
  BOOST_TEST(one->take("x\n\xff\ny\n") == error_line("line 2: another writer has taken the topic over") +
                                              error_line("line 3: data: is not valid UTF-8") +
                                              error_line("line 4: another writer has taken the topic over"));
  BOOST_TEST(two->take("two\n") == id_line("e-2"));
  turn();
  BOOST_TEST(one->client.news() == "{\"end\":{\"reason\":\"fenced\",\"writer\":\"B \\\"\"}}\nEND");
  BOOST_TEST(metrics.rejected.value() == 3U);
  BOOST_TEST(frames() == "data: one\nid: e-1\n\ndata: two\nid: e-2\n\n");
}

BOOST_AUTO_TEST_CASE(a_writer_that_has_lost_its_topic_neither_closes_nor_aborts_it) {
  auto parameters = closing();
  parameters.writer = std::make_shared<const std::string>("A");
  const auto one = publisher(parameters);
  const auto other = publisher(parameters);
  auto third = lines();
  third.writer = std::make_shared<const std::string>("C");
  const auto two = publisher(third);
  BOOST_TEST(one->end() == "END");
  other->stream->leave();
  turn();
  BOOST_TEST(frames() == "");
  BOOST_TEST(two->take("x\n") == id_line("e-1"));
}

BOOST_AUTO_TEST_CASE(streams_without_a_writer_are_not_concerned) {
  auto parameters = lines();
  const auto one = publisher(parameters);
  parameters.writer = std::make_shared<const std::string>("A");
  const auto two = publisher(parameters);
  turn();
  BOOST_TEST(one->take("x\n") == id_line("e-1"));
  BOOST_TEST(two->take("y\n") == id_line("e-2"));
}

BOOST_AUTO_TEST_CASE(a_writer_that_leaves_before_it_is_told) {
  auto parameters = lines();
  parameters.writer = std::make_shared<const std::string>("A");
  auto one = publisher(parameters);
  const auto two = publisher(parameters);
  one.reset();
  turn();
  BOOST_TEST(two->take("x\n") == id_line("e-1"));
}

// --- back-pressure ---

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_is_held) {
  const auto stream = publisher(lines());
  stream->client.full = true;
  BOOST_TEST(stream->take("one\n") == id_line("e-1") + "<");
  BOOST_TEST(stream->take("the rest of what was at hand\n") == id_line("e-2"));
  stream->stream->on_ready();
  BOOST_TEST(stream->client.news() == "");
  stream->client.full = false;
  stream->stream->on_ready();
  BOOST_TEST(stream->client.news() == ">");
  stream->stream->on_ready();
  BOOST_TEST(stream->client.news() == "");
}

BOOST_AUTO_TEST_CASE(a_subject_that_publishes_too_fast_is_slowed) {
  rate.set_limit(10);
  const auto stream = publisher(lines(), granted("t"));
  BOOST_TEST(stream->take("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n") == id_lines(1, 10));
  BOOST_TEST(stream->take("11\n12\n") == id_lines(11, 12) + "<");
  advance(199ms);
  BOOST_TEST(stream->client.news() == "");
  advance(1ms);
  BOOST_TEST(stream->client.news() == ">");
  BOOST_TEST(stream->take("13\n") == id_line("e-13") + "<");
  // Nobody else is.
  const auto other = publisher(lines(), granted("t", "bob"));
  BOOST_TEST(other->take("x\n") == id_line("e-14"));
  const auto anonymous = publisher(lines());
  BOOST_TEST(anonymous->take(std::string(40, '\n')) == id_lines(15, 54));
  advance(100ms);
  BOOST_TEST(stream->client.news() == ">");
}

// The streams of one subject share its bound.
BOOST_AUTO_TEST_CASE(several_streams_of_one_subject) {
  rate.set_limit(10);
  const auto one = publisher(lines(), granted("t"));
  const auto two = publisher(lines(), granted("t"));
  BOOST_TEST(one->take(std::string(10, '\n')) == id_lines(1, 10));
  BOOST_TEST(two->take(std::string(10, '\n')) == id_lines(11, 20) + "<");
  BOOST_TEST(one->take("\n") == id_line("e-21") + "<");
  advance(1s);
  BOOST_TEST(two->client.news() == ">");
  BOOST_TEST(one->client.news() == "");
  advance(100ms);
  BOOST_TEST(one->client.news() == ">");
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_slowed_and_ends) {
  rate.set_limit(1);
  auto stream = publisher(lines(), granted("t"), clock.now() + 10s);
  BOOST_TEST(stream->take(std::string(50, '\n')) == id_lines(1, 50) + "<");
  advance(10s);
  BOOST_TEST(stream->client.news() == "{\"end\":{\"reason\":\"expired\"}}\nEND");
  advance(60s);
  BOOST_TEST(stream->client.news() == "");
  auto left = publisher(lines(), granted("t"));
  left->take(std::string(50, '\n'));
  left.reset();
  advance(120s);
}

BOOST_AUTO_TEST_SUITE_END()
