// Requests whose bodies come in pieces, and whose source takes nothing for a while.
#include "unit/fcgi/streamed_fixture.hpp"

using namespace worker::fcgi;

BOOST_FIXTURE_TEST_SUITE(connection_held_suite, StreamedFixture)

BOOST_AUTO_TEST_CASE(a_held_body_waits_in_the_socket) {
  hold();
  auto peer = begun();
  send(peer, piece("one"));
  endpoint.on_body = {};
  send(peer, piece(" two"));
  BOOST_TEST(endpoint.body == "one");
  // As much as the socket takes, and no more.
  std::size_t taken = 0;
  while (const auto some = peer.send_some(piece(std::string(60'000, 'x')))) taken += some;
  settle();
  BOOST_TEST(endpoint.body == "one");
  BOOST_TEST(taken < 1'000'000U);
  endpoint.stream->resume_body();
  settle();
  BOOST_TEST(endpoint.body.starts_with("one two"));
  BOOST_TEST(endpoint.body.size() > taken / 2);
}

BOOST_AUTO_TEST_CASE(what_waits_in_the_socket) {
  hold();
  auto peer = begun();
  BOOST_TEST(endpoint.stream->waiting_body_bytes() == 0U);
  send(peer, piece("one"));
  BOOST_TEST(endpoint.stream->waiting_body_bytes() == 0U);
  const auto two = piece(std::string(40'000, 'x'));
  send(peer, two);
  BOOST_TEST(endpoint.stream->waiting_body_bytes() == two.size());
  endpoint.stream->resume_body();
  settle();
  BOOST_TEST(endpoint.stream->waiting_body_bytes() == two.size() - 32'768);
  endpoint.stream->resume_body();
  settle();
  BOOST_TEST(endpoint.stream->waiting_body_bytes() == 0U);
  endpoint.stream->resume_body();
  send(peer, end);
  peer.send("of the next request");
  BOOST_TEST(endpoint.stream->waiting_body_bytes() == 0U);
}

// What one read has brought comes all the same.
BOOST_AUTO_TEST_CASE(the_rest_of_what_is_at_hand_comes_also_while_it_is_held) {
  hold();
  auto peer = begun();
  send(peer, piece("one ") + piece("two ") + piece("three"));
  BOOST_TEST(endpoint.body == "one two three");
  send(peer, piece("four"));
  BOOST_TEST(endpoint.body == "one two three");
  BOOST_TEST(!peer.closed());
}

BOOST_AUTO_TEST_CASE(holding_and_resuming_again_and_again_loses_nothing) {
  std::string sent;
  hold();
  auto peer = begun();
  for (int i = 0; i < 50; ++i) {
    const std::string content(static_cast<std::size_t>(1'000 + i * 613 % 3'000),
                              static_cast<char>('a' + i % 26));
    sent += content;
    peer.send(piece(content, static_cast<unsigned>(i % 8)));
    settle();
    endpoint.stream->resume_body();
    settle();
  }
  for (int i = 0; i < 200; ++i) {
    endpoint.stream->resume_body();
    settle();
  }
  BOOST_TEST((endpoint.body == sent));
}

BOOST_AUTO_TEST_CASE(the_end_of_a_held_body_comes_after_it_is_resumed) {
  hold();
  auto peer = begun();
  send(peer, piece("one"));
  send(peer, end);
  BOOST_TEST(endpoint.body == "one");
  endpoint.stream->resume_body();
  settle();
  BOOST_TEST(endpoint.body == "one.");
}

// Otherwise a publisher that is slowed for long and has gone would keep its connection.
BOOST_AUTO_TEST_CASE(a_peer_that_leaves_while_its_body_is_held) {
  hold();
  for (const bool more : {false, true}) {
    endpoint.body.clear();
    auto peer = begun();
    send(peer, piece("one"));
    if (more) {
      for (int i = 0; i < 20; ++i) peer.send(piece(std::string(4'000, 'x')));
      settle();
    }
    BOOST_TEST(endpoint.body == "one");
    peer.close();
    settle();
    BOOST_TEST(endpoint.streams_alive == 0);
    BOOST_TEST(metrics.connections.value() == 0);
    BOOST_TEST(endpoint.body.size() == (more ? 80'003U : 3U));
  }
}

BOOST_AUTO_TEST_CASE(holding_is_over_with_the_answer) {
  endpoint.on_body = [](auto& exchange) {
    exchange.hold_body();
    exchange.answer({{200, {}}, "ok\n"});
    exchange.hold_body();
    exchange.resume_body();
  };
  auto peer = connect();
  BOOST_TEST(answer_to(peer, head("/up") + piece("one")) == ok);
  // It reads on, and throws away.
  for (int i = 0; i < 20; ++i) {
    BOOST_TEST(peer.send_some(piece(std::string(60'000, 'x'))) > 0U);
    settle();
  }
  peer.close();
  settle();
  BOOST_TEST(metrics.connections.value() == 0);
  BOOST_TEST(endpoint.body == "one");
}

BOOST_AUTO_TEST_CASE(a_body_that_does_not_stream_cannot_be_held) {
  endpoint.scripts["/"] = [](auto& exchange) {
    exchange.hold_body();
    exchange.answer({{200, {}}, "ok\n"});
  };
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::post("x")) == ok);
  BOOST_TEST(answer_to(peer, wire::post("y")) == ok);
}

BOOST_AUTO_TEST_CASE(a_drain_while_the_body_is_held) {
  hold();
  auto peer = begun("/live");
  send(peer, piece("one"));
  send(peer, piece("two"));
  int done = 0;
  begin_drain(0ms, 1s, 1s, [&] { ++done; });
  settle();
  BOOST_TEST(peer.received() == out("bye 1000") + wire::end(1));
  advance(600ms);
  BOOST_TEST(done == 1);
  BOOST_TEST(endpoint.body == "one");
}

BOOST_AUTO_TEST_SUITE_END()
