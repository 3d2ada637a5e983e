// The deadline of a request, the idle time of a kept connection, the time in which an answer must be read.
#include "unit/fcgi/acceptor_fixture.hpp"

using namespace worker::fcgi;

namespace {

struct Fixture : AcceptorFixture {
  Fixture() : AcceptorFixture({.deadline = 5s, .idle = 60s, .stall = 8s}) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(connection_deadline_suite, Fixture)

BOOST_AUTO_TEST_CASE(a_silent_peer) {
  auto peer = connect();
  advance(4'999ms);
  BOOST_TEST(!peer.closed());
  advance(1ms);
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused(Refusal::deadline) == 1U);
  BOOST_TEST(refused() == 1U);
  BOOST_TEST(metrics.connections.value() == 0);
}

BOOST_AUTO_TEST_CASE(a_request_that_arrives_byte_by_byte_keeps_its_deadline) {
  auto peer = connect();
  const auto bytes = wire::request({});
  for (std::size_t i = 0; i < 5; ++i) {
    send(peer, bytes.substr(i, 1));
    advance(999ms);
    BOOST_TEST(!peer.closed());
  }
  advance(5ms);
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused(Refusal::deadline) == 1U);
}

BOOST_AUTO_TEST_CASE(a_request_that_is_complete_just_before_its_deadline) {
  auto peer = connect();
  const auto bytes = wire::request({});
  send(peer, bytes.substr(0, bytes.size() - 1));
  advance(4'999ms);
  BOOST_TEST(answer_to(peer, bytes.substr(bytes.size() - 1)) == ok);
}

BOOST_AUTO_TEST_CASE(a_kept_connection_may_wait_and_its_end_is_no_refusal) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({})) == ok);
  advance(59'999ms);
  BOOST_TEST(!peer.closed());
  advance(1ms);
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused() == 0U);
  BOOST_TEST(metrics.connections.value() == 0);
}

BOOST_AUTO_TEST_CASE(each_request_restarts_the_idle_time) {
  auto peer = connect();
  for (int i = 0; i < 5; ++i) {
    BOOST_TEST(answer_to(peer, wire::request({})) == ok);
    advance(59'999ms);
  }
  BOOST_TEST(!peer.closed());
}

BOOST_AUTO_TEST_CASE(a_later_request_has_its_own_deadline) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({})) == ok);
  advance(30s);
  send(peer, wire::request({}).substr(0, 1));
  advance(4'999ms);
  BOOST_TEST(!peer.closed());
  advance(1ms);
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused(Refusal::deadline) == 1U);
}

BOOST_AUTO_TEST_CASE(an_open_stream_has_no_deadline) {
  endpoint.scripts["/events"] = endpoint.streaming("1");
  auto peer = connect();
  send(peer, wire::request({.path = "/events"}));
  advance(24h);
  BOOST_TEST(!peer.closed());
  BOOST_TEST(metrics.streams.value() == 1);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_never_read) {
  const std::string large(std::size_t{4} * 1024 * 1024, 'x');
  endpoint.scripts["/large"] = [&](auto& exchange) { exchange.answer({{200, {}}, large}); };
  auto peer = connect();
  send(peer, wire::request({.path = "/large"}));
  for (int i = 0; i < 3; ++i) advance(2s);
  advance(1'999ms);
  BOOST_TEST(metrics.connections.value() == 1);
  advance(1ms);
  BOOST_TEST(metrics.connections.value() == 0);
  BOOST_TEST(metrics.stalled_closes.value() == 1U);
  const auto begun = peer.received();
  BOOST_TEST(begun.size() > 0U);
  BOOST_TEST(begun.size() < large.size());
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_read_slowly) {
  const std::string large(1024 * 1024, 'x');
  endpoint.scripts["/large"] = [&](auto& exchange) { exchange.answer({{200, {}}, large}); };
  auto peer = connect();
  send(peer, wire::request({.path = "/large"}));
  std::string all;
  for (int i = 0; i < 100 && !all.ends_with(wire::end(1)); ++i) {
    all += peer.received(100'000);
    advance(7s);
  }
  std::string expected = wire::record(wire::standard_output, 1, plain_head);
  for (int i = 0; i < 32; ++i) expected += wire::record(wire::standard_output, 1, large.substr(0, 32 * 1024));
  BOOST_TEST((all == expected + wire::end(1)));
  BOOST_TEST(answer_to(peer, wire::request({})) == ok);
}

BOOST_AUTO_TEST_SUITE_END()
