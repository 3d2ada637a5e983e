// Requests that are too large get an answer, and the peer gets time to read it.
#include "http/problem.hpp"
#include "unit/fcgi/acceptor_fixture.hpp"

using namespace worker::fcgi;
using worker::metrics::Limit;

namespace {

struct Fixture : AcceptorFixture {
  Fixture() : AcceptorFixture({.deadline = 5s, .head_bytes_max = 2'000, .body_bytes_max = 1'000}) {}

  static std::string with_params(std::size_t size) {
    const auto head = wire::pairs({{"REQUEST_METHOD", "GET"}, {"SCRIPT_NAME", "/"}});
    const auto filler = wire::pair("X", std::string(size - head.size() - 6, 'v'));
    return wire::begin(1) + wire::stream(wire::params, 1, head + filler) +
           wire::record(wire::standard_input, 1);
  }
};

const auto too_large_head = wire::answer(
    1, {"Status: 431 Request Header Fields Too Large\r\nContent-Type: application/problem+json\r\n"
        "Content-Length: 218\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n",
        R"({"type":"about:blank","title":"Request Header Fields Too Large","status":431,)"
        R"("detail":"The address and headers are over 2000 bytes. Send the subscription as the body of POST )"
        R"(/events, or raise fastcgi.head_bytes_max."})"
        "\n"});
const auto too_large_body = wire::answer(
    1, {"Status: 413 Content Too Large\r\nContent-Type: application/problem+json\r\n"
        "Content-Length: 104\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n",
        R"({"type":"about:blank","title":"Content Too Large","status":413,)"
        R"("detail":"The body is over 1000 bytes."})"
        "\n"});

}  // namespace

BOOST_FIXTURE_TEST_SUITE(connection_limits_suite, Fixture)

BOOST_AUTO_TEST_CASE(parameters_at_the_limit_and_one_byte_more) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, with_params(2'000)) == ok);
  BOOST_TEST(answer_to(peer, with_params(2'001)) == too_large_head);
  BOOST_TEST(peer.closed());
  BOOST_TEST(endpoint.requests.size() == 1U);
  BOOST_TEST(refused() == 0U);
  BOOST_TEST(metrics.limits.value(Limit::head_bytes) == 1U);
}

BOOST_AUTO_TEST_CASE(a_body_at_the_limit_and_one_byte_more) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::post(std::string(1'000, 'b'))) == ok);
  BOOST_TEST(answer_to(peer, wire::post(std::string(1'001, 'b'))) == too_large_body);
  BOOST_TEST(peer.closed());
  BOOST_TEST(endpoint.requests.size() == 1U);
  BOOST_TEST(metrics.limits.value(Limit::body_bytes) == 1U);
}

// Nothing but the head of a request may be missing when prepare() is called.
BOOST_AUTO_TEST_CASE(the_endpoint_prepares_what_the_connection_refuses) {
  endpoint.head_lines = "X-Prepared: 1\r\n";
  for (const auto& [request, status] : {std::pair{wire::post(std::string(1'001, 'b')), "413"},
                                        {wire::post("b"), "200"},
                                        {with_params(2'001), "431"}}) {
    auto peer = connect();
    const auto answer = answer_to(peer, request);
    BOOST_TEST(answer.find(std::string("Status: ") + status) != std::string::npos);
    BOOST_TEST((answer.find("\r\nX-Prepared: 1\r\n\r\n") != std::string::npos) ==
               (status != std::string("431")));
  }
}

// Each request of a kept connection is prepared on its own.
BOOST_AUTO_TEST_CASE(lines_are_not_left_to_the_next_answer) {
  auto peer = connect();
  endpoint.head_lines = "X-Prepared: 1\r\n";
  const auto first = answer_to(peer, wire::request({.keep = true}));
  BOOST_TEST(first.find("X-Prepared") != std::string::npos);
  endpoint.head_lines.clear();
  BOOST_TEST(answer_to(peer, wire::request({.keep = true})) == ok);
}

BOOST_AUTO_TEST_CASE(the_refusal_after_a_head_request_has_its_body) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({.method = "HEAD"})) == wire::answer(1, {plain_head}));
  BOOST_TEST(answer_to(peer, with_params(2'001)) == too_large_head);
}

BOOST_AUTO_TEST_CASE(cut_at_every_place) {
  const auto bytes = wire::post(std::string(1'001, 'b'));
  for (std::size_t i = 1; i < bytes.size(); i += 13) {
    auto peer = connect();
    send(peer, bytes.substr(0, i));
    send(peer, bytes.substr(i));
    BOOST_TEST(peer.received() == too_large_body, i);
  }
}

// The connection stays until the peer has stopped sending: closing earlier would destroy the answer on its
// way.
BOOST_AUTO_TEST_CASE(a_peer_that_is_still_sending_can_read_the_answer) {
  auto peer = connect();
  send(peer, wire::post(std::string(1'001, 'b')).substr(0, 200));
  for (int i = 0; i < 100; ++i) send(peer, std::string(60'000, 'b'));
  BOOST_TEST(metrics.connections.value() == 1);
  BOOST_TEST(peer.received() == too_large_body);
  BOOST_TEST(peer.closed());  // their side only
  peer.stop_sending();
  settle();
  BOOST_TEST(metrics.connections.value() == 0);
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_never_stops_sending_is_closed_at_the_deadline) {
  auto peer = connect();
  send(peer, wire::post(std::string(1'001, 'b')));
  for (int i = 0; i < 4; ++i) {
    advance(1s);
    send(peer, "more");
  }
  BOOST_TEST(metrics.connections.value() == 1);
  advance(1s);
  BOOST_TEST(metrics.connections.value() == 0);
  BOOST_TEST(peer.send_some("more") == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
