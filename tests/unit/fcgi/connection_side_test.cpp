// Records beside one request: GET_VALUES, other requests, ABORT_REQUEST; exact bytes.
#include "unit/fcgi/acceptor_fixture.hpp"

using namespace worker::fcgi;

namespace {

const auto ask =
    wire::record(wire::get_values, 0, wire::pairs({{"FCGI_MAX_REQS", ""}, {"FCGI_MPXS_CONNS", ""}}));
const auto values = wire::record(10, 0, wire::pairs({{"FCGI_MAX_REQS", "77"}, {"FCGI_MPXS_CONNS", "0"}}));
std::string busy(unsigned id) {
  return wire::record(wire::end_request, id, wire::octets({0, 0, 0, 0, 1, 0, 0, 0}));
}
std::string out(std::string_view payload) { return wire::record(wire::standard_output, 1, payload); }
const auto abort_1 = wire::record(wire::abort_request, 1);

struct Fixture : AcceptorFixture {
  Fixture() : AcceptorFixture({.deadline = 5s, .idle = 60s, .connections_max = 77}) {
    endpoint.scripts["/events"] = endpoint.streaming("first");
  }
  Peer connect_stream(bool keep = true) {
    auto peer = connect();
    send(peer, wire::request({.keep = keep, .path = "/events"}));
    BOOST_REQUIRE_EQUAL(peer.received(), out(plain_head) + out("first"));
    return peer;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(connection_side_suite, Fixture)

BOOST_AUTO_TEST_CASE(values_before_between_and_beside_requests) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, ask) == values);
  BOOST_TEST(answer_to(peer, wire::request({})) == ok);
  BOOST_TEST(answer_to(peer, ask) == values);
  BOOST_TEST(answer_to(peer, ask + wire::request({}) + ask) == values + ok + values);
  send(peer, wire::request({.path = "/events"}));
  peer.received();
  BOOST_TEST(answer_to(peer, ask) == values);
  endpoint.stream->write("second");
  BOOST_TEST(peer.received() == out("second"));
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(values_cut_at_every_place) {
  for (const bool streams : {false, true}) {
    for (std::size_t i = 1; i < ask.size(); ++i) {
      auto peer = streams ? connect_stream() : connect();
      BOOST_TEST(answer_to(peer, ask.substr(0, i)) == "");
      BOOST_TEST(answer_to(peer, ask.substr(i)) == values);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_peer_that_only_asks_for_values_keeps_its_deadline) {
  auto peer = connect();
  advance(4s);
  BOOST_TEST(answer_to(peer, ask) == values);
  advance(1s);
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused(Refusal::deadline) == 1U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_asks_between_requests_may_wait_for_the_next) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({})) == ok);
  advance(30s);
  send(peer, ask.substr(0, 5));
  send(peer, ask.substr(5));
  BOOST_TEST(peer.received() == values);
  advance(59s);
  BOOST_TEST(!peer.closed());
  send(peer, ask.substr(0, 5));
  advance(5s);
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused(Refusal::deadline) == 1U);
}

BOOST_AUTO_TEST_CASE(too_many_questions) {
  auto peer = connect_stream();
  for (int i = 0; i < 64; ++i) BOOST_TEST(answer_to(peer, ask) == values);
  BOOST_TEST(answer_to(peer, ask) == "");
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused(Refusal::management) == 1U);
  BOOST_TEST(endpoint.streams_alive == 0);
}

BOOST_AUTO_TEST_CASE(another_request_beside_a_stream_is_refused_at_once) {
  const auto other = wire::request({.id = 2, .method = "POST", .body = "the body"});
  for (const bool keep : {true, false}) {
    for (std::size_t i = 0; i <= other.size(); ++i) {
      auto peer = connect_stream(keep);
      auto replies = answer_to(peer, other.substr(0, i));
      replies += answer_to(peer, other.substr(i));
      BOOST_TEST(replies == busy(2), i);
      endpoint.stream->write("second");
      BOOST_TEST(peer.received() == out("second"));
      endpoint.stream->finish("last");
      settle();
      BOOST_TEST(peer.received() == out("last") + wire::end(1));
      if (keep) BOOST_TEST(answer_to(peer, other) == wire::answer(2, {plain_head, "ok\n"}));
      BOOST_TEST(peer.closed() == !keep);
    }
  }
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(its_records_may_come_after_the_stream_has_ended) {
  const auto other = wire::request({.id = 2});
  for (std::size_t i = 8; i < other.size(); ++i) {
    auto peer = connect_stream();
    BOOST_TEST(answer_to(peer, other.substr(0, i)) == busy(2));
    endpoint.stream->finish("last");
    settle();
    BOOST_TEST(peer.received() == out("last") + wire::end(1));
    BOOST_TEST(answer_to(peer, other.substr(i)) == "");
    BOOST_TEST(answer_to(peer, wire::request({})) == ok);
  }
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(another_request_while_the_first_comes_in) {
  const auto first = wire::request({.path = "/", .body = "body"});
  auto peer = connect();
  send(peer, wire::begin(1));
  BOOST_TEST(answer_to(peer, wire::request({.id = 2})) == busy(2));
  BOOST_TEST(answer_to(peer, first.substr(wire::begin(1).size())) == ok);
}

BOOST_AUTO_TEST_CASE(an_abort_ends_the_stream_and_not_the_connection) {
  for (std::size_t i = 0; i < abort_1.size(); ++i) {
    auto peer = connect_stream();
    if (i > 0) send(peer, abort_1.substr(0, i));
    BOOST_TEST(peer.received() == "");
    send(peer, abort_1.substr(i));
    BOOST_TEST(peer.received() == wire::end(1));
    BOOST_TEST(endpoint.streams_alive == 0);
    BOOST_TEST(metrics.streams.value() == 0);
    BOOST_TEST(!peer.closed());
    BOOST_TEST(answer_to(peer, wire::request({})) == ok);
  }
  BOOST_TEST(ended(StreamEnd::reader_gone) == abort_1.size());
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(without_keep_an_abort_ends_the_connection_as_well) {
  auto peer = connect_stream(false);
  BOOST_TEST(answer_to(peer, abort_1) == wire::end(1));
  BOOST_TEST(peer.closed());
  BOOST_TEST(endpoint.streams_alive == 0);
  BOOST_TEST(metrics.connections.value() == 0);
}

BOOST_AUTO_TEST_CASE(an_abort_and_the_next_request_in_one_write) {
  auto peer = connect_stream();
  BOOST_TEST(answer_to(peer, abort_1 + wire::request({.path = "/events"})) ==
             wire::end(1) + out(plain_head) + out("first"));
  BOOST_TEST(endpoint.streams_alive == 1);
  endpoint.stream->write("second");
  BOOST_TEST(peer.received() == out("second"));
}

BOOST_AUTO_TEST_CASE(an_abort_among_parameters_and_body) {
  const auto request = wire::request({.path = "/", .body = "body"});
  const auto body = request.size() - wire::record(wire::standard_input, 1).size();
  for (const auto size : {wire::begin(1).size(), body}) {
    auto peer = connect();
    BOOST_TEST(answer_to(peer, request.substr(0, size) + abort_1) == wire::end(1));
    BOOST_TEST(!peer.closed());
    BOOST_TEST(answer_to(peer, request) == ok);
    advance(59s);
    BOOST_TEST(!peer.closed());
    advance(1s);
    BOOST_TEST(peer.closed());
  }
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::begin(1, false) + abort_1) == wire::end(1));
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused() == 0U);
  BOOST_TEST(metrics.connections.value() == 0);
}

BOOST_AUTO_TEST_CASE(an_abort_for_another_request_changes_nothing) {
  const auto abort_2 = wire::record(wire::abort_request, 2);
  auto peer = connect();
  BOOST_TEST(answer_to(peer, abort_2 + wire::request({}) + abort_1 + abort_2) == ok);
  send(peer, wire::request({.path = "/events"}));
  peer.received();
  BOOST_TEST(answer_to(peer, abort_2) == "");
  endpoint.stream->write("second");
  BOOST_TEST(peer.received() == out("second"));
  BOOST_TEST(refused() == 0U);
}

// The answer is larger than the socket's buffer: its end waits in the backlog, and is sent once.
BOOST_AUTO_TEST_CASE(an_abort_while_the_end_waits_for_the_peer) {
  auto peer = connect_stream();
  const std::string large(2'000'000, 'l');
  endpoint.stream->finish(large);
  settle();
  send(peer, abort_1 + wire::request({}));
  std::string seen;
  for (auto more = peer.received(); !more.empty(); more = peer.received()) {
    seen += more;
    settle();
  }
  BOOST_TEST((seen.size() > large.size()));
  BOOST_TEST(seen.ends_with(wire::end(1) + ok));
  BOOST_TEST(seen.find(wire::end(1)) == seen.size() - ok.size() - wire::end(1).size());
}

BOOST_AUTO_TEST_CASE(a_body_of_unknown_length) {
  const auto with_length = [](std::string_view length, std::string_view body) {
    const auto head =
        wire::pairs({{"REQUEST_METHOD", "POST"}, {"SCRIPT_NAME", "/"}, {"CONTENT_LENGTH", length}});
    return wire::begin(1) + wire::stream(wire::params, 1, head) + wire::stream(wire::standard_input, 1, body);
  };
  auto peer = connect();
  for (const auto* body : {"", "body"}) {
    BOOST_TEST(answer_to(peer, with_length("-1", body)) == ok);
    BOOST_TEST(answer_to(peer, with_length("", body)) == ok);
  }
  for (const auto* length : {"-", "-2", "-01", "+4", "04", " 4", "4,4", "0x4", "-4"}) {
    BOOST_TEST(answer_to(peer, with_length(length, "body")).find("Status: 400 ") != std::string::npos,
               length);
  }
}

BOOST_AUTO_TEST_SUITE_END()
