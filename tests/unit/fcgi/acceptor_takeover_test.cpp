// A takeover: the connections of one acceptor continue at another one.
#include "unit/fcgi/acceptor_fixture.hpp"

using namespace worker::fcgi;

namespace {

struct Fixture : AcceptorFixture {
  Fixture() : AcceptorFixture({.deadline = 5s, .idle = 60s}) {
    endpoint.carries = true;
    endpoint.scripts["/events"] = endpoint.streaming("1");
    endpoint.scripts["/wait"] = endpoint.waiting();
  }

  void begin(std::chrono::milliseconds window = 1s) {
    begin_settle(window, [this] { ++done; });
    settle();
  }
  // As after exec: the sockets stay open, and nobody else has them.
  void take_over() {
    carry_to(next);
    next.settle();
  }
  Peer open() {
    auto peer = connect();
    answer_to(peer, wire::request({.path = "/events"}));
    return peer;
  }

  int done = 0;
  AcceptorFixture next{{.deadline = 5s, .idle = 60s}};
};

std::string piece(std::string_view text) { return wire::record(wire::standard_output, 1, text); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(acceptor_takeover_suite, Fixture)

BOOST_AUTO_TEST_CASE(without_connections_it_is_settled_at_once) {
  begin();
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(no_connection_is_accepted_while_it_settles) {
  connect().close();
  begin();
  auto late = connect_unseen();
  advance(10s);
  BOOST_TEST(metrics.accepted.value() == 1U);
}

BOOST_AUTO_TEST_CASE(a_stream_goes_on_until_it_is_carried_and_then_elsewhere) {
  auto peer = open();
  begin();
  BOOST_TEST(done == 1);
  endpoint.stream->write("2");
  BOOST_TEST(peer.received() == piece("2"));
  take_over();
  BOOST_TEST(next.metrics.streams.value() == 1);
  BOOST_TEST(next.metrics.stream_opens.value() == 0U);
  next.endpoint.stream->write("3");
  BOOST_TEST(peer.received() == piece("3"));
  next.endpoint.stream->finish("4");
  BOOST_TEST(peer.received() == piece("4") + wire::end(1));
  BOOST_TEST(next.metrics.streams.value() == 0);
}

BOOST_AUTO_TEST_CASE(a_kept_connection_is_kept_and_serves_the_next_request) {
  auto peer = open();
  begin();
  take_over();
  next.endpoint.stream->finish({});
  next.settle();
  BOOST_TEST(peer.received() == wire::end(1));
  BOOST_TEST(next.answer_to(peer, wire::request({})) == ok);
}

BOOST_AUTO_TEST_CASE(a_connection_that_is_not_kept_is_closed_after_its_stream) {
  auto peer = connect();
  answer_to(peer, wire::request({.keep = false, .path = "/events"}));
  begin();
  carry_to(next);
  next.settle();
  next.endpoint.stream->finish({});
  next.settle();
  BOOST_TEST(next.metrics.connections.value() == 0);
}

BOOST_AUTO_TEST_CASE(what_the_web_server_says_meanwhile_is_heard) {
  auto peer = open();
  begin();
  peer.send(wire::record(wire::abort_request, 1));
  carry_to(next);
  next.settle();
  BOOST_TEST(next.metrics.streams.value() == 0);
  BOOST_TEST(peer.received() == wire::end(1));
}

BOOST_AUTO_TEST_CASE(bytes_that_wait_for_the_socket_are_sent_once_and_whole) {
  auto peer = open();
  std::string expected, seen;
  while (endpoint.stream->ready()) {
    const std::string text(30'000, static_cast<char>('a' + expected.size() / 30'000 % 26));
    endpoint.stream->write(text);
    expected += piece(text);
  }
  endpoint.stream->write("behind it");
  expected += piece("behind it");
  begin();
  BOOST_TEST(done == 1);
  carry_to(next);
  next.endpoint.stream->write("the next one");
  expected += piece("the next one");
  for (int i = 0; i < 100 && seen.size() < expected.size(); ++i) {
    seen += peer.received();
    next.settle();
  }
  BOOST_TEST(seen.size() == expected.size());
  BOOST_TEST((seen == expected));
  BOOST_TEST(next.endpoint.stream->ready());
}

BOOST_AUTO_TEST_CASE(a_stream_that_cannot_be_carried_ends_within_the_window) {
  endpoint.carries = false;
  auto peer = open();
  begin(1s);
  advance(1s);
  BOOST_TEST(peer.received() == piece("bye 1000") + wire::end(1));
  advance(10ms);
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(waiting_connections_leave_their_next_request_for_the_next_process) {
  auto unserved = connect();
  auto kept = connect();
  BOOST_TEST(answer_to(kept, wire::request({})) == ok);
  begin();
  send(unserved, wire::request({}));
  send(kept, wire::request({}));
  advance(100ms);
  BOOST_TEST(endpoint.requests.size() == 1U);
  take_over();
  BOOST_TEST(unserved.received() == ok);
  BOOST_TEST(kept.received() == ok);
  BOOST_TEST(next.metrics.connections.value() == 2);
}

BOOST_AUTO_TEST_CASE(a_request_under_way_is_answered_first) {
  auto peer = connect();
  send(peer, wire::request({.path = "/wait"}));
  begin_settle(10s, [this] { ++done; });
  advance(10ms);
  BOOST_TEST(done == 0);
  endpoint.stream->answer({{200, {}}, "ok\n"});
  settle();
  BOOST_TEST(peer.received() == ok);
  advance(10ms);
  BOOST_TEST(done == 1);
  // It rests now.
  send(peer, wire::request({}));
  BOOST_TEST(endpoint.requests.size() == 1U);
  take_over();
  BOOST_TEST(peer.received() == ok);
}

BOOST_AUTO_TEST_CASE(half_a_request_is_waited_for_no_longer_than_twice_the_window) {
  auto peer = connect();
  send(peer, wire::request({}).substr(0, 20));
  begin(1s);
  advance(1990ms);
  BOOST_TEST(done == 0);
  advance(20ms);
  BOOST_TEST(done == 1);
  take_over();
  BOOST_TEST(next.metrics.connections.value() == 0);
}

BOOST_AUTO_TEST_CASE(half_a_request_that_is_completed_is_answered) {
  auto peer = connect();
  const auto request = wire::request({});
  send(peer, request.substr(0, 20));
  begin(1s);
  BOOST_TEST(done == 0);
  BOOST_TEST(answer_to(peer, request.substr(20)) == ok);
  advance(10ms);
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(it_can_be_drained_instead) {
  auto stream = open();
  auto kept = connect();
  BOOST_TEST(answer_to(kept, wire::request({})) == ok);
  begin(1s);
  int drained = 0;
  begin_drain(0ms, 1s, 1s, [&] { ++drained; });
  settle();
  BOOST_TEST(stream.received() == piece("bye 1000") + wire::end(1));
  BOOST_TEST(kept.closed());
  BOOST_TEST(drained == 1);
}

BOOST_AUTO_TEST_CASE(a_waiting_connection_keeps_its_deadline) {
  auto unserved = connect();
  begin();
  carry_to(next);
  next.advance(5s);
  BOOST_TEST(next.refused(Refusal::deadline) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
