// Small requests and pieces, which leave the socket only after they were handled.
#include "unit/fcgi/streamed_fixture.hpp"

using namespace worker::fcgi;

BOOST_FIXTURE_TEST_SUITE(connection_small_reads_suite, StreamedFixture)

// So that the web server wakes once.
BOOST_AUTO_TEST_CASE(a_request_leaves_the_socket_after_its_answer) {
  auto peer = connect();
  std::string answer;
  endpoint.scripts["/a"] = [&](auto& exchange) { exchange.answer({{200, {}}, "ok\n"}); };
  endpoint.scripts["/b"] = [&](auto& exchange) {
    BOOST_TEST(peer.has_unread());
    exchange.answer({{200, {}}, "ok\n"});
  };
  BOOST_TEST(answer_to(peer, wire::request({.path = "/a"})) == ok);
  BOOST_TEST(!peer.has_unread());
  BOOST_TEST(answer_to(peer, wire::request({.path = "/b"})) == ok);
  BOOST_TEST(!peer.has_unread());
  BOOST_TEST(endpoint.requests.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_piece_leaves_the_socket_after_its_answer) {
  auto peer = begun("/live");
  endpoint.on_body = [&](auto& exchange) {
    exchange.write("got it");
    BOOST_TEST(peer.received() == out("got it"));
    BOOST_TEST(peer.has_unread());
    // Nothing but the piece itself is there.
    BOOST_TEST(exchange.waiting_body_bytes() == 0U);
  };
  send(peer, piece("one"));
  send(peer, piece("two"));
  BOOST_TEST(!peer.has_unread());
  BOOST_TEST(endpoint.body == "onetwo");
}

// With sizes around that of a small read.
BOOST_AUTO_TEST_CASE(every_byte_is_taken_once) {
  auto peer = begun();
  std::string sent;
  for (const std::size_t size : {4'087U, 4'088U, 4'089U, 1U, 8'184U, 20'000U, 4'080U}) {
    const std::string content(size, static_cast<char>('a' + sent.size() % 26));
    sent += content;
    send(peer, piece(content));
    BOOST_TEST(!peer.has_unread());
  }
  BOOST_TEST((endpoint.body == sent));
}

BOOST_AUTO_TEST_CASE(what_comes_while_a_piece_is_handled_is_handled_next) {
  auto peer = begun();
  int pieces = 0;
  endpoint.on_body = [&](auto&) {
    if (++pieces < 5) peer.send(piece(std::to_string(pieces)));
  };
  send(peer, piece("0"));
  BOOST_TEST(endpoint.body == "01234");
  BOOST_TEST(!peer.has_unread());
}

// An error behind the answer would count as a failure of the worker.
BOOST_AUTO_TEST_CASE(a_connection_that_closes_is_not_reset) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({.keep = false})) == ok);
  BOOST_TEST(peer.closed());
  BOOST_TEST(!peer.was_reset());
  auto broken = connect();
  send(broken, std::string(8, 'x'));
  BOOST_TEST(broken.closed());
  BOOST_TEST(!broken.was_reset());
}

BOOST_AUTO_TEST_CASE(another_connection_closes_while_a_piece_is_handled) {
  endpoint.scripts["/events"] = endpoint.streaming("1");
  auto other = connect();
  send(other, wire::request({.keep = false, .path = "/events"}));
  auto* const stream = endpoint.stream;
  auto peer = connect();
  send(peer, head("/up"));
  endpoint.on_body = [&](auto&) {
    endpoint.on_body = {};
    stream->finish({});
  };
  send(peer, piece("one"));
  send(peer, piece("two"));
  BOOST_TEST(other.closed());
  BOOST_TEST(endpoint.body == "onetwo");
  BOOST_TEST(!peer.has_unread());
  BOOST_TEST(!peer.closed());
}

BOOST_AUTO_TEST_SUITE_END()
