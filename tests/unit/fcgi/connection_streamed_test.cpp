// Requests whose bodies come in pieces: while they are answered, before it and after it.
#include "unit/fcgi/streamed_fixture.hpp"

using namespace worker::fcgi;

BOOST_FIXTURE_TEST_SUITE(connection_streamed_suite, StreamedFixture)

BOOST_AUTO_TEST_CASE(served_before_the_body_and_answered_while_it_comes) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, head("/live")) == out(plain_head));
  BOOST_TEST(endpoint.requests.size() == 1U);
  BOOST_TEST(endpoint.requests[0].body == "");
  endpoint.on_body = [this](auto& exchange) { exchange.write("got " + endpoint.body); };
  BOOST_TEST(answer_to(peer, piece("one")) == out("got one"));
  BOOST_TEST(answer_to(peer, piece(" two", 5)) == out("got one two"));
  endpoint.on_body = [this](auto& exchange) { exchange.finish("all: " + endpoint.body); };
  BOOST_TEST(answer_to(peer, end) == out("all: one two.") + wire::end(1));
  BOOST_TEST(endpoint.streams_alive == 0);
  BOOST_TEST(ended(StreamEnd::finished) == 1U);
  BOOST_TEST(!peer.closed());
}

BOOST_AUTO_TEST_CASE(cut_at_every_place) {
  endpoint.on_body = [this](auto& exchange) {
    if (endpoint.body.ends_with('.')) exchange.answer({{200, {}}, "ok\n"});
  };
  const auto bytes = head("/up") + piece("one ", 3) + piece("two") + end + wire::request({.path = "/next"});
  for (std::size_t i = 1; i <= bytes.size(); ++i) {
    endpoint.body.clear();
    auto peer = connect();
    send(peer, bytes.substr(0, i));
    if (i < bytes.size()) send(peer, bytes.substr(i));
    BOOST_TEST(peer.received() == ok + ok, i);
    BOOST_TEST(endpoint.body == "one two.", i);
  }
  endpoint.body.clear();
  auto peer = connect();
  for (const char byte : bytes) send(peer, {&byte, 1});
  BOOST_TEST(peer.received() == ok + ok);
  BOOST_TEST(endpoint.body == "one two.");
}

// Neither the deadline of a request nor the idle time of a connection ends it, nor the bound of other bodies.
BOOST_AUTO_TEST_CASE(a_body_takes_as_long_and_is_as_large_as_it_wants) {
  auto peer = begun();
  for (int i = 0; i < 100; ++i) {
    advance(10min);
    send(peer, piece("ten bytes."));
  }
  BOOST_TEST(endpoint.body.size() == 1'000U);
  BOOST_TEST(!peer.closed());
  BOOST_TEST(totals.pending == 0U);
  BOOST_TEST(totals.bodies.used() == 0U);
}

BOOST_AUTO_TEST_CASE(a_path_that_does_not_stream_gets_its_body_whole) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({.method = "POST", .path = "/", .body = "whole"})) == ok);
  BOOST_TEST(endpoint.requests[0].body == "whole");
  BOOST_TEST(answer_to(peer, wire::post(std::string(101, 'x'))).find("Status: 413 ") != std::string::npos);
  BOOST_TEST(endpoint.body == "");
}

BOOST_AUTO_TEST_CASE(a_next_request_that_came_with_the_end) {
  endpoint.on_body = [this](auto& exchange) {
    if (endpoint.body.ends_with('.')) exchange.answer({{200, {}}, "ok\n"});
  };
  auto peer = connect();
  BOOST_TEST(answer_to(peer, head("/up") + piece("one") + end + head("/up") + piece("two") + end +
                                 wire::request({})) == ok + ok + ok);
  BOOST_TEST(endpoint.body == "one.two.");
  BOOST_TEST(endpoint.requests.size() == 3U);
}

// It waits until the answer is over.
BOOST_AUTO_TEST_CASE(a_next_request_while_the_answer_goes_on) {
  auto peer = begun();
  BOOST_TEST(answer_to(peer, piece("one") + end + wire::request({})) == "");
  BOOST_TEST(endpoint.requests.size() == 1U);
  endpoint.stream->answer({{200, {}}, "ok\n"});
  settle();
  BOOST_TEST(peer.received() == ok + ok);
}

BOOST_AUTO_TEST_CASE(the_peer_leaves_in_the_middle) {
  for (const auto* path : {"/up", "/live"}) {
    auto peer = begun(path);
    send(peer, piece("one"));
    peer.close();
    settle();
    BOOST_TEST(endpoint.streams_alive == 0);
    BOOST_TEST(metrics.connections.value() == 0);
  }
  BOOST_TEST(endpoint.body == "oneone");
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(what_the_peer_sent_before_it_left_is_taken) {
  auto peer = begun();
  for (int i = 0; i < 30; ++i) peer.send(piece(std::string(4'000, 'x')));
  peer.close();
  settle();
  BOOST_TEST(endpoint.body == std::string(120'000, 'x'));
  BOOST_TEST(endpoint.streams_alive == 0);
}

BOOST_AUTO_TEST_CASE(an_abort_ends_the_source_and_not_the_connection) {
  for (const bool keep : {true, false}) {
    endpoint.body.clear();
    auto peer = begun("/up", keep);
    BOOST_TEST(answer_to(peer, piece("one") + wire::record(wire::abort_request, 1) + piece("late") + end) ==
               wire::end(1));
    BOOST_TEST(endpoint.body == "one");
    BOOST_TEST(endpoint.streams_alive == 0);
    BOOST_TEST(peer.closed() == !keep);
    if (keep) BOOST_TEST(answer_to(peer, wire::request({.id = 2})) == wire::answer(2, {plain_head, "ok\n"}));
  }
}

// The rest is thrown away, and the connection is not kept: nobody knows how much is still to come.
BOOST_AUTO_TEST_CASE(an_answer_before_the_end_of_the_body) {
  endpoint.on_body = [](auto& exchange) { exchange.answer({{200, {}}, "ok\n"}); };
  auto peer = connect();
  BOOST_TEST(answer_to(peer, head("/up") + piece("one") + piece("two")) == ok);
  BOOST_TEST(peer.closed());
  BOOST_TEST(endpoint.body == "one");
  BOOST_TEST(endpoint.streams_alive == 0);
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(peer.send_some(piece(std::string(60'000, 'x'))) > 0U);
    settle();
  }
  BOOST_TEST(metrics.connections.value() == 1);
  peer.close();
  settle();
  BOOST_TEST(metrics.connections.value() == 0);
  BOOST_TEST(endpoint.body == "one");
}

BOOST_AUTO_TEST_CASE(a_peer_that_sends_on_after_its_answer_has_a_deadline) {
  endpoint.on_body = [](auto& exchange) { exchange.answer({{200, {}}, "ok\n"}); };
  auto peer = connect();
  send(peer, head("/up") + piece("one"));
  for (int i = 0; i < 4; ++i) {
    advance(1s);
    peer.send_some(piece("more"));
  }
  BOOST_TEST(metrics.connections.value() == 1);
  advance(1s);
  BOOST_TEST(metrics.connections.value() == 0);
}

BOOST_AUTO_TEST_CASE(a_refusal_before_any_of_the_body) {
  endpoint.scripts["/up"] = [](auto& exchange) { exchange.answer({{415, {}}, "no\n"}); };
  for (const auto& body : {std::string(), piece("one"), piece("one") + end}) {
    auto peer = connect();
    BOOST_TEST(answer_to(peer, head("/up") + body) ==
               wire::answer(1, {"Status: 415 Unsupported Media Type\r\n\r\n", "no\n"}));
    BOOST_TEST(peer.closed());
  }
  BOOST_TEST(endpoint.body == "");
}

BOOST_AUTO_TEST_CASE(other_connections_are_served_between_its_pieces) {
  int turns = 0;
  endpoint.on_body = [&](auto&) { ++turns; };
  auto peer = begun();
  for (int i = 0; i < 4; ++i) peer.send(piece(std::string(30'000, 'x')));
  auto other = connect_unseen();
  other.send(wire::request({}));
  settle();
  BOOST_TEST(endpoint.body.size() == 120'000U);
  BOOST_TEST(turns >= 4);
  BOOST_TEST(other.received() == ok);
}

BOOST_AUTO_TEST_CASE(a_drain_tells_the_source_while_its_body_comes) {
  auto peer = begun("/live");
  send(peer, piece("one"));
  int done = 0;
  begin_drain(0ms, 1s, 1s, [&] { ++done; });
  settle();
  BOOST_TEST(peer.received() == out("bye 1000") + wire::end(1));
  BOOST_TEST(endpoint.streams_alive == 0);
  BOOST_TEST(ended(StreamEnd::drained) == 1U);
  // Its peer has not closed yet, and gets the time for that.
  BOOST_TEST(done == 0);
  send(peer, piece("late"));
  BOOST_TEST(endpoint.body == "one");
  peer.close();
  settle();
  BOOST_TEST(done == 1);
}

BOOST_AUTO_TEST_CASE(a_client_that_does_not_read_its_answers_is_closed_while_its_body_comes) {
  auto peer = begun("/live");
  while (endpoint.stream->ready()) endpoint.stream->write(std::string(30'000, 'f'));
  for (int i = 0; i < 20; ++i) {
    peer.send_some(piece("more"));
    advance(1s);
  }
  BOOST_TEST(ended(StreamEnd::slow) == 1U);
  BOOST_TEST(endpoint.streams_alive == 0);
}

BOOST_AUTO_TEST_CASE(what_is_no_fastcgi_within_a_body) {
  auto peer = begun();
  send(peer, piece("one") + "GET / HTTP/1.1\r\n\r\n");
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused(Refusal::version) == 1U);
  BOOST_TEST(endpoint.streams_alive == 0);
  BOOST_TEST(endpoint.body == "one");
}

BOOST_AUTO_TEST_CASE(head_requests_have_their_head_only) {
  endpoint.scripts["/up"] = endpoint.streaming("x");
  auto peer = connect();
  const auto params = wire::pairs({{"REQUEST_METHOD", "HEAD"}, {"SCRIPT_NAME", "/up"}});
  const auto head_of = wire::begin(1) + wire::stream(wire::params, 1, params);
  BOOST_TEST(answer_to(peer, head_of) == wire::answer(1, {plain_head}));
  BOOST_TEST(endpoint.streams_alive == 0);
}

BOOST_AUTO_TEST_SUITE_END()
