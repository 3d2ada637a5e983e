// Short answers: exact bytes, however the request arrives.
#include <stdexcept>

#include "unit/fcgi/acceptor_fixture.hpp"

using namespace worker::fcgi;

BOOST_FIXTURE_TEST_SUITE(connection_answer_suite, AcceptorFixture)

BOOST_AUTO_TEST_CASE(exact_bytes_and_the_connection_is_kept) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({.id = 1})) == ok);
  BOOST_TEST(!peer.closed());
  BOOST_TEST(metrics.accepted.value() == 1U);
  BOOST_TEST(metrics.connections.value() == 1);
  BOOST_TEST(metrics.sent_bytes.value() == ok.size());
  BOOST_TEST(metrics.stream_opens.value() == 0U);
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(without_keep_it_is_closed) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({.keep = false})) == ok);
  BOOST_TEST(peer.closed());
  BOOST_TEST(metrics.connections.value() == 0);
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(the_answer_carries_the_id_of_its_request) {
  for (const unsigned id : {1U, 255U, 256U, 65'535U}) {
    auto peer = connect();
    BOOST_TEST(answer_to(peer, wire::request({.id = id})) == wire::answer(id, {plain_head, "ok\n"}));
  }
}

BOOST_AUTO_TEST_CASE(the_endpoint_gets_the_whole_request) {
  auto peer = connect();
  send(peer, wire::request({.method = "POST", .path = "/publish", .query = "a=b", .body = "the body"}));
  BOOST_REQUIRE_EQUAL(endpoint.requests.size(), 1U);
  const auto& request = endpoint.requests[0];
  BOOST_TEST(request.method == "POST");
  BOOST_TEST(request.path == "/publish");
  BOOST_TEST((request.query.first("a") == "b"));
  BOOST_TEST(request.body == "the body");
}

// A web server that lost its client ends the body early.
BOOST_AUTO_TEST_CASE(a_body_of_another_length_than_announced) {
  const auto with_length = [](std::string_view length, std::string_view body) {
    const auto head =
        wire::pairs({{"REQUEST_METHOD", "POST"}, {"SCRIPT_NAME", "/"}, {"CONTENT_LENGTH", length}});
    return wire::begin(1) + wire::stream(wire::params, 1, head) + wire::stream(wire::standard_input, 1, body);
  };
  auto peer = connect();
  BOOST_TEST(answer_to(peer, with_length("4", "body")) == ok);
  BOOST_TEST(answer_to(peer, with_length("", "body")) == ok);
  BOOST_TEST(answer_to(peer, with_length("0", "")) == ok);
  BOOST_TEST(endpoint.requests.size() == 3U);
  BOOST_TEST(answer_to(peer, with_length("5", "body")) ==
             wire::answer(1, {"Status: 400 Bad Request\r\nContent-Type: application/problem+json\r\n"
                              "Content-Length: 116\r\nCache-Control: no-store\r\n"
                              "X-Content-Type-Options: nosniff\r\n\r\n",
                              R"({"type":"about:blank","title":"Bad Request","status":400,)"
                              R"("detail":"The body has 4 bytes, but Content-Length is 5."})"
                              "\n"}));
  for (const auto* length : {"3", "-4", "4 ", "four", "99999999999999999999"}) {
    BOOST_TEST(answer_to(peer, with_length(length, "body")).find("Status: 400 ") != std::string::npos,
               length);
  }
  BOOST_TEST(endpoint.requests.size() == 3U);
  BOOST_TEST(answer_to(peer, with_length("4", "body")) == ok);
}

BOOST_AUTO_TEST_CASE(byte_by_byte_and_cut_at_every_place) {
  const auto bytes = wire::request({.path = "/p", .body = "body"});
  for (std::size_t i = 0; i <= bytes.size(); ++i) {
    auto peer = connect();
    if (i > 0) send(peer, bytes.substr(0, i));
    BOOST_TEST(answer_to(peer, bytes.substr(i)) + peer.received() == ok, i);
  }
  auto peer = connect();
  for (const char byte : bytes) send(peer, {&byte, 1});
  BOOST_TEST(peer.received() == ok);
}

BOOST_AUTO_TEST_CASE(an_empty_body_is_no_record) {
  endpoint.scripts["/"] = [](auto& exchange) { exchange.answer({{204, {{"X-A", "b"}}}, ""}); };
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({})) ==
             wire::answer(1, {"Status: 204 No Content\r\nX-A: b\r\n\r\n"}));
}

BOOST_AUTO_TEST_CASE(a_long_body_is_cut_into_records) {
  const std::string piece(32 * 1024, 'x');
  endpoint.scripts["/"] = [&](auto& exchange) { exchange.answer({{200, {}}, piece + piece + "end"}); };
  auto peer = connect();
  BOOST_TEST((answer_to(peer, wire::request({})) == wire::answer(1, {plain_head, piece, piece, "end"})));
}

BOOST_AUTO_TEST_CASE(head_has_the_head_only) {
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({.method = "HEAD"})) == wire::answer(1, {plain_head}));
  BOOST_TEST(answer_to(peer, wire::request({.id = 2})) == wire::answer(2, {plain_head, "ok\n"}));
}

BOOST_AUTO_TEST_CASE(head_of_a_stream_ends_it) {
  endpoint.scripts["/events"] = [](auto& exchange) {
    exchange.open({200, {}});
    exchange.write("not for you");
    exchange.finish("nor this");
  };
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({.method = "HEAD", .path = "/events"})) ==
             wire::answer(1, {plain_head}));
}

BOOST_AUTO_TEST_CASE(an_endpoint_that_throws_ends_only_its_own_connection) {
  endpoint.scripts["/bug"] = [](auto&) { throw std::runtime_error("a bug"); };
  endpoint.scripts["/late-bug"] = [this](auto& exchange) {
    endpoint.streaming("half")(exchange);
    throw std::runtime_error("a bug");
  };
  auto other = connect();
  for (const auto* path : {"/bug", "/late-bug"}) {
    auto peer = connect();
    BOOST_TEST(answer_to(peer, wire::request({.path = path})) == "");
    BOOST_TEST(peer.closed());
    BOOST_TEST(news() == "error: internal error in an endpoint: error=\"a bug\"\n");
    BOOST_TEST(metrics.connections.value() == 1);
    BOOST_TEST(metrics.streams.value() == 0);
    BOOST_TEST(endpoint.streams_alive == 0);
  }
  BOOST_TEST(answer_to(other, wire::request({})) == ok);
}

BOOST_AUTO_TEST_CASE(refused_requests_are_closed_and_counted) {
  const std::pair<std::string, Refusal> bad[] = {
      {"GET / HTTP/1.1\r\n\r\n", Refusal::version},
      {wire::record(wire::get_values, 0, std::string(1'025, 'v')), Refusal::management},
      {wire::record(wire::params, 1), Refusal::type},
      {wire::begin(0), Refusal::id},
      {wire::begin(1, true, 2), Refusal::role},
      {wire::record(wire::begin_request, 1, "short"), Refusal::length},
      {wire::begin(1) + wire::stream(wire::params, 1, "\x05"), Refusal::params}};
  for (const auto& [bytes, reason] : bad) {
    auto peer = connect();
    BOOST_TEST(answer_to(peer, bytes) == "");
    BOOST_TEST(peer.closed());
    BOOST_TEST(refused(reason) == 1U);
    BOOST_TEST(news() == "debug: closed a FastCGI connection: reason=" + std::string(name_of(reason)) + "\n");
  }
  BOOST_TEST(refused() == std::size(bad));
  BOOST_TEST(metrics.connections.value() == 0);
}

BOOST_AUTO_TEST_CASE(a_peer_that_leaves_in_the_middle_is_truncated) {
  const auto bytes = wire::request({.body = "body"});
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    auto peer = connect();
    send(peer, bytes.substr(0, size));
    peer.close();
    settle();
    BOOST_TEST(refused(Refusal::truncated) == size);
  }
  BOOST_TEST(metrics.connections.value() == 0);
  BOOST_TEST(endpoint.requests.empty());
}

BOOST_AUTO_TEST_CASE(a_peer_that_sends_nothing_and_leaves_is_no_refusal) {
  auto peer = connect();
  peer.close();
  settle();
  BOOST_TEST(metrics.connections.value() == 0);
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
