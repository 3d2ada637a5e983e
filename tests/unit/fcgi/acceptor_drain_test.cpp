// Draining: open connections end cleanly, and the acceptor reports when the last is closed.
#include <set>

#include "unit/fcgi/acceptor_fixture.hpp"

using namespace worker::fcgi;

namespace {

struct Fixture : AcceptorFixture {
  Fixture() : AcceptorFixture({.deadline = 5s, .idle = 60s}) {
    endpoint.scripts["/events"] = endpoint.streaming("1");
  }

  void drain(std::chrono::milliseconds window) {
    begin_drain(window, 1s, 1s, [this] { ++done; });
    settle();
  }
  int done = 0;
};

const std::string stream_begin =
    wire::record(wire::standard_output, 1, plain_head) + wire::record(wire::standard_output, 1, "1");
const std::string stream_end = wire::record(wire::standard_output, 1, "bye 1000") + wire::end(1);

}  // namespace

BOOST_FIXTURE_TEST_SUITE(acceptor_drain_suite, Fixture)

BOOST_AUTO_TEST_CASE(without_connections_it_is_done_at_once) {
  drain(5s);
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(no_connection_is_accepted_after_draining_began) {
  connect().close();
  drain(5s);
  auto late = connect_unseen();
  advance(10s);
  BOOST_TEST(metrics.accepted.value() == 1U);
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(idle_connections_are_closed_at_once) {
  auto unserved = connect();
  auto kept = connect();
  BOOST_TEST(answer_to(kept, wire::request({})) == ok);
  drain(5s);
  BOOST_TEST(unserved.closed());
  BOOST_TEST(kept.closed());
  BOOST_TEST(done == 1);
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_is_told_when_to_come_back_and_ends) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({.path = "/events"})) == stream_begin);
  drain(0ms);
  BOOST_TEST(peer.received() == stream_end);
  BOOST_TEST(peer.closed());
  BOOST_TEST(done == 1);
  BOOST_TEST(ended(StreamEnd::drained) == 1U);
  BOOST_TEST(ended(StreamEnd::finished) == 0U);
  BOOST_TEST(endpoint.streams_alive == 0);
}

BOOST_AUTO_TEST_CASE(streams_end_spread_over_the_window_with_delays_from_the_range) {
  std::vector<Peer> peers;
  for (int i = 0; i < 100; ++i) {
    peers.push_back(connect());
    send(peers.back(), wire::request({.path = "/events"}));
  }
  begin_drain(1s, 2s, 3s, [this] { ++done; });
  std::vector<std::size_t> ended_by;
  for (int i = 0; i <= 10; ++i) {
    ended_by.push_back(endpoint.drained.size());
    BOOST_TEST(done == (endpoint.drained.size() == 100 && i > 0 ? 1 : 0));
    advance(100ms);
  }
  BOOST_TEST(ended_by[0] == 0U);
  BOOST_TEST(ended_by[5] > 25U);
  BOOST_TEST(ended_by[5] < 75U);
  BOOST_TEST(ended_by[10] == 100U);
  BOOST_TEST(done == 1);
  std::set<std::chrono::milliseconds> delays(endpoint.drained.begin(), endpoint.drained.end());
  BOOST_TEST(delays.size() > 50U);
  BOOST_TEST((*delays.begin() >= 2s));
  BOOST_TEST((*delays.rbegin() <= 3s));
  BOOST_TEST(ended(StreamEnd::drained) == 100U);
}

BOOST_AUTO_TEST_CASE(a_stream_that_ends_by_itself_in_the_window) {
  auto peer = connect();
  send(peer, wire::request({.path = "/events"}));
  drain(3600s);
  BOOST_TEST(done == 0);
  endpoint.stream->finish("by itself");
  settle();
  BOOST_TEST(done == 1);
  BOOST_TEST(endpoint.drained.empty());
  BOOST_TEST(peer.received() ==
             stream_begin + wire::record(wire::standard_output, 1, "by itself") + wire::end(1));
  BOOST_TEST(peer.closed());
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_in_the_window) {
  auto peer = connect();
  send(peer, wire::request({.path = "/events"}));
  drain(3600s);
  peer.close();
  settle();
  BOOST_TEST(done == 1);
  BOOST_TEST(ended(StreamEnd::reader_gone) == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_arriving_is_answered) {
  auto peer = connect();
  const auto bytes = wire::request({});
  send(peer, bytes.substr(0, 10));
  drain(0ms);
  BOOST_TEST(done == 0);
  BOOST_TEST(answer_to(peer, bytes.substr(10)) == ok);
  BOOST_TEST(peer.closed());
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(a_stream_whose_request_is_arriving_begins_and_ends_at_once) {
  auto peer = connect();
  const auto bytes = wire::request({.path = "/events"});
  send(peer, bytes.substr(0, 10));
  drain(3600s);
  BOOST_TEST(answer_to(peer, bytes.substr(10)) == stream_begin + stream_end);
  BOOST_TEST(peer.closed());
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(an_incomplete_request_ends_at_its_deadline_within_the_window) {
  auto peer = connect();
  send(peer, wire::request({}).substr(0, 10));
  advance(2s);
  drain(5s);
  advance(2'999ms);
  BOOST_TEST(done == 0);
  advance(1ms);
  BOOST_TEST(done == 1);
  BOOST_TEST(refused(Refusal::deadline) == 1U);
}

// Also half a request, and an answer that is never read.
BOOST_AUTO_TEST_CASE(half_a_second_after_the_window_every_connection_is_closed) {
  const std::string large(4 * 1024 * 1024, 'x');
  endpoint.scripts["/large"] = [&](auto& exchange) { exchange.answer({{200, {}}, large}); };
  auto half = connect();
  auto greedy = connect();
  send(half, wire::request({}).substr(0, 10));
  send(greedy, wire::request({.path = "/large"}));
  drain(1s);
  advance(1'499ms);
  BOOST_TEST(done == 0);
  BOOST_TEST(metrics.connections.value() == 2);
  advance(1ms);
  BOOST_TEST(done == 1);
  BOOST_TEST(metrics.connections.value() == 0);
  BOOST_TEST(half.closed());
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_whose_client_does_not_read_the_end) {
  auto peer = connect();
  send(peer, wire::request({.path = "/events"}));
  endpoint.stream->write(std::string(250'000, 'x'));
  BOOST_TEST(metrics.streams.value() == 1);
  drain(0ms);
  BOOST_TEST(metrics.streams.value() == 0);
  BOOST_TEST(done == 0);
  advance(499ms);
  BOOST_TEST(done == 0);
  advance(1ms);
  BOOST_TEST(done == 1);
  BOOST_TEST(ended(StreamEnd::drained) == 1U);
}

BOOST_AUTO_TEST_CASE(a_pipelined_request_is_not_begun) {
  auto peer = connect();
  send(peer, wire::request({.path = "/events"}) + wire::request({}));
  drain(0ms);
  BOOST_TEST(peer.received() == stream_begin + stream_end);
  BOOST_TEST(peer.closed());
  BOOST_TEST(endpoint.requests.size() == 1U);
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_SUITE_END()
