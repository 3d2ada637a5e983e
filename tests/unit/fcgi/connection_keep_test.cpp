// Several requests on one connection, also of a peer that does not wait for answers.
#include "unit/fcgi/acceptor_fixture.hpp"

using namespace worker::fcgi;

namespace {

std::string ok_for(unsigned id) { return wire::answer(id, {plain_head, "ok\n"}); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(connection_keep_suite, AcceptorFixture)

BOOST_AUTO_TEST_CASE(one_after_the_other) {
  auto peer = connect();
  for (unsigned id = 1; id <= 3; ++id) BOOST_TEST(answer_to(peer, wire::request({.id = id})) == ok_for(id));
  BOOST_TEST(answer_to(peer, wire::request({.id = 4, .keep = false})) == ok_for(4));
  BOOST_TEST(peer.closed());
  BOOST_TEST(endpoint.requests.size() == 4U);
  BOOST_TEST(metrics.accepted.value() == 1U);
}

BOOST_AUTO_TEST_CASE(two_at_once_cut_at_every_place) {
  const auto bytes =
      wire::request({.id = 1, .path = "/a", .body = "x"}) + wire::request({.id = 2, .path = "/b"});
  for (std::size_t i = 1; i <= bytes.size(); ++i) {
    auto peer = connect();
    auto answers = answer_to(peer, bytes.substr(0, i));
    if (i < bytes.size()) answers += answer_to(peer, bytes.substr(i));
    BOOST_TEST(answers == ok_for(1) + ok_for(2), i);
  }
}

BOOST_AUTO_TEST_CASE(what_follows_a_request_without_keep_is_not_served) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({.keep = false}) + wire::request({.id = 2})) == ok);
  BOOST_TEST(peer.closed());
  BOOST_TEST(endpoint.requests.size() == 1U);
}

// A request with the same id; one with another id would be refused.
BOOST_AUTO_TEST_CASE(a_request_that_comes_during_a_stream_waits_for_its_end) {
  endpoint.scripts["/events"] = endpoint.streaming("1");
  for (const bool in_pieces : {false, true}) {
    auto peer = connect();
    const auto next = wire::request({});
    const auto begin =
        wire::record(wire::standard_output, 1, plain_head) + wire::record(wire::standard_output, 1, "1");
    BOOST_TEST(answer_to(peer, wire::request({.path = "/events"}) +
                                   (in_pieces ? next.substr(0, 20) : next)) == begin);
    if (in_pieces) send(peer, next.substr(20));
    BOOST_TEST(peer.received() == "");
    endpoint.stream->finish("2");
    settle();
    BOOST_TEST(peer.received() == wire::record(wire::standard_output, 1, "2") + wire::end(1) + ok);
    BOOST_TEST(!peer.closed());
    BOOST_TEST(endpoint.streams_alive == 0);
  }
}

BOOST_AUTO_TEST_CASE(half_of_the_next_request_during_a_stream) {
  endpoint.scripts["/events"] = endpoint.streaming();
  const auto next = wire::request({});
  for (std::size_t i = 1; i < next.size(); ++i) {
    auto peer = connect();
    send(peer, wire::request({.path = "/events"}) + next.substr(0, i));
    endpoint.stream->finish({});
    settle();
    peer.received();
    BOOST_TEST(answer_to(peer, next.substr(i)) == ok, i);
  }
}

BOOST_AUTO_TEST_CASE(streams_one_after_the_other) {
  endpoint.scripts["/events"] = endpoint.streaming("first");
  auto peer = connect();
  for (unsigned id = 1; id <= 3; ++id) {
    send(peer, wire::request({.id = id, .path = "/events"}));
    BOOST_TEST(endpoint.streams_alive == 1);
    endpoint.stream->finish("last");
    settle();
    BOOST_TEST(peer.received() == wire::answer(id, {plain_head, "first", "last"}));
  }
  BOOST_TEST(endpoint.streams_alive == 0);
  BOOST_TEST(metrics.stream_opens.value() == 3U);
  BOOST_TEST(ended(StreamEnd::finished) == 3U);
  BOOST_TEST(metrics.streams.value() == 0);
}

BOOST_AUTO_TEST_CASE(too_many_pipelined_bytes_are_refused) {
  endpoint.scripts["/events"] = endpoint.streaming();
  auto peer = connect();
  send(peer, wire::request({.path = "/events"}));
  const std::string most(65'536, 'e');
  send(peer, most);
  BOOST_TEST(!peer.closed());
  send(peer, "e");
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused(Refusal::early) == 1U);
  BOOST_TEST(endpoint.streams_alive == 0);
}

// Without keep there is no next request. Reading goes on, however much comes, so that the worker notices when
// the peer leaves.
BOOST_AUTO_TEST_CASE(without_keep_pipelined_bytes_are_thrown_away) {
  endpoint.scripts["/events"] = endpoint.streaming();
  auto peer = connect();
  send(peer, wire::request({.keep = false, .path = "/events"}));
  for (int i = 0; i < 10; ++i) send(peer, std::string(65'536, 'e'));
  BOOST_TEST(!peer.closed());
  BOOST_TEST(metrics.streams.value() == 1);
  peer.close();
  settle();
  BOOST_TEST(metrics.streams.value() == 0);
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(malformed_pipelined_bytes_are_refused_after_the_answer) {
  endpoint.scripts["/events"] = endpoint.streaming();
  auto peer = connect();
  send(peer, wire::request({.path = "/events"}) + "GET / HTTP/1.1\r\n");
  BOOST_TEST(refused() == 0U);
  endpoint.stream->finish("end");
  settle();
  BOOST_TEST(peer.received() == wire::answer(1, {plain_head, "end"}));
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused(Refusal::version) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
