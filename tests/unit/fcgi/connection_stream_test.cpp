// Streams: exact bytes, clients that leave or are slow, and the lifetime of a source.
#include <array>

#include "unit/fcgi/acceptor_fixture.hpp"

using namespace worker::fcgi;

namespace {

struct Fixture : AcceptorFixture {
  Fixture() : AcceptorFixture({.deadline = 5s, .stall = 20s}) {
    endpoint.scripts["/events"] = endpoint.streaming("first");
  }
  Peer connect_stream(bool keep = true) {
    auto peer = connect();
    send(peer, wire::request({.keep = keep, .path = "/events"}));
    BOOST_REQUIRE_EQUAL(metrics.streams.value(), 1);
    return peer;
  }
  /// Writes until the peer has to read.
  void fill_socket() {
    while (endpoint.stream->ready()) endpoint.stream->write(std::string(30'000, 'f'));
  }
  static std::string out(std::string_view payload) { return wire::record(wire::standard_output, 1, payload); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(connection_stream_suite, Fixture)

BOOST_AUTO_TEST_CASE(head_events_and_end) {
  auto peer = connect_stream();
  BOOST_TEST(peer.received() == out(plain_head) + out("first"));
  endpoint.stream->write("second");
  BOOST_TEST(peer.received() == out("second"));
  endpoint.stream->write("");
  BOOST_TEST(peer.received() == "");
  endpoint.stream->finish("last");
  BOOST_TEST(peer.received() == out("last") + wire::end(1));
  BOOST_TEST(metrics.streams.value() == 0);
  BOOST_TEST(metrics.stream_opens.value() == 1U);
  BOOST_TEST(ended(StreamEnd::finished) == 1U);
}

BOOST_AUTO_TEST_CASE(finishing_without_a_last_payload) {
  auto peer = connect_stream(false);
  endpoint.stream->finish({});
  settle();
  BOOST_TEST(peer.received() == wire::answer(1, {plain_head, "first"}));
  BOOST_TEST(peer.closed());
}

// The source calls finish() itself: it must not be destroyed inside that call, but soon after.
BOOST_AUTO_TEST_CASE(a_finished_source_is_destroyed_after_the_turn) {
  const auto peer = connect_stream();
  endpoint.stream->finish("last");
  BOOST_TEST(endpoint.streams_alive == 1);
  endpoint.stream->write("too late");
  endpoint.stream->finish("too late");
  settle();
  BOOST_TEST(endpoint.streams_alive == 0);
}

BOOST_AUTO_TEST_CASE(finished_already_while_it_is_being_opened) {
  endpoint.scripts["/events"] = [this](auto& exchange) {
    endpoint.streaming("first")(exchange);
    exchange.finish("last");
    exchange.write("too late");
  };
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({.path = "/events"})) ==
             wire::answer(1, {plain_head, "first", "last"}));
  BOOST_TEST(endpoint.streams_alive == 0);
  BOOST_TEST(metrics.streams.value() == 0);
  BOOST_TEST(ended(StreamEnd::finished) == 1U);
  BOOST_TEST(answer_to(peer, wire::request({.path = "/"})) == ok);
}

BOOST_AUTO_TEST_CASE(a_source_kept_after_the_answer_is_dropped) {
  endpoint.scripts["/events"] = [this](auto& exchange) {
    exchange.answer({{200, {}}, "ok\n"});
    endpoint.streaming()(exchange);
  };
  auto peer = connect();
  BOOST_TEST(answer_to(peer, wire::request({.path = "/events"})) == ok);
  BOOST_TEST(endpoint.streams_alive == 0);
  BOOST_TEST(metrics.stream_opens.value() == 0U);
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves) {
  for (const bool keep : {true, false}) {
    auto peer = connect_stream(keep);
    peer.close();
    settle();
    BOOST_TEST(endpoint.streams_alive == 0);
    BOOST_TEST(metrics.streams.value() == 0);
    BOOST_TEST(metrics.connections.value() == 0);
  }
  BOOST_TEST(ended(StreamEnd::reader_gone) == 2U);
  BOOST_TEST(refused() == 0U);
}

BOOST_AUTO_TEST_CASE(a_client_whose_leaving_is_noticed_by_a_write) {
  auto peer = connect_stream();
  peer.close();
  endpoint.stream->write("second");
  BOOST_TEST(endpoint.streams_alive == 1);
  endpoint.stream->write("third");
  endpoint.stream->finish("last");
  settle();
  BOOST_TEST(endpoint.streams_alive == 0);
  BOOST_TEST(ended(StreamEnd::reader_gone) == 1U);
  BOOST_TEST(ended(StreamEnd::finished) == 0U);
}

// The write of the head is the first call that shows that the peer has left.
BOOST_AUTO_TEST_CASE(a_stream_that_is_opened_when_its_client_has_left) {
  endpoint.scripts["/later"] = [this](auto& exchange) { endpoint.stream = &exchange; };
  auto peer = connect();
  send(peer, wire::request({.path = "/later"}));
  peer.close();
  endpoint.stream->open({200, {}});
  endpoint.stream->write("too late");
  BOOST_TEST(metrics.streams.value() == 0);
  BOOST_TEST(metrics.stream_opens.value() == 1U);
  BOOST_TEST(ended(StreamEnd::reader_gone) == 1U);
  settle();
  BOOST_TEST(metrics.connections.value() == 0);
}

BOOST_AUTO_TEST_CASE(a_client_that_reads_nothing_is_closed_after_the_bound) {
  auto peer = connect_stream();
  fill_socket();
  for (int i = 0; i < 19; ++i) advance(1s);
  BOOST_TEST(ended(StreamEnd::slow) == 0U);
  advance(1s);
  BOOST_TEST(ended(StreamEnd::slow) == 1U);
  BOOST_TEST(metrics.stalled_closes.value() == 1U);
  BOOST_TEST(metrics.limits.value(worker::metrics::Limit::stall) == 1U);
  BOOST_TEST(endpoint.streams_alive == 0);
  BOOST_TEST(metrics.streams.value() == 0);
  BOOST_TEST(metrics.connections.value() == 0);
  peer.received();
  BOOST_TEST(peer.closed());
  BOOST_TEST(refused() == 0U);
}

// It reads too little for the kernel to report the socket as writable.
BOOST_AUTO_TEST_CASE(a_client_that_reads_a_little_at_times_is_not_closed) {
  auto peer = connect_stream();
  fill_socket();
  for (int i = 0; i < 4; ++i) {
    BOOST_TEST(peer.received(35'000).size() == 35'000U);
    for (int each = 0; each < 15; ++each) advance(1s);
    BOOST_REQUIRE_EQUAL(ended(StreamEnd::slow), 0U);
    BOOST_TEST(!endpoint.stream->ready());
  }
  for (int i = 0; i < 20; ++i) advance(1s);
  BOOST_TEST(ended(StreamEnd::slow) == 1U);
}

BOOST_AUTO_TEST_CASE(a_client_that_pauses_is_not_closed_however_much_waits) {
  auto peer = connect_stream();
  peer.received();
  std::string sent;
  for (int i = 0; i < 1'000; ++i) {
    const std::string payload(30'000, static_cast<char>('a' + i % 26));
    endpoint.stream->write(payload);
    sent += out(payload);
  }
  advance(200ms);
  std::string seen;
  for (auto more = peer.received(1'000'000); !more.empty(); more = peer.received(1'000'000)) {
    seen += more;
    settle();
  }
  BOOST_TEST((seen == sent));
  BOOST_TEST(ended(StreamEnd::slow) == 0U);
}

BOOST_AUTO_TEST_CASE(an_idle_stream_is_not_closed) {
  auto peer = connect_stream();
  fill_socket();
  peer.received();
  settle();
  peer.received();
  for (int i = 0; i < 60; ++i) advance(1min);
  BOOST_TEST(endpoint.stream->ready());
  BOOST_TEST(ended(StreamEnd::slow) == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_whose_end_is_never_read_is_closed_and_counted_once) {
  auto peer = connect_stream();
  fill_socket();
  endpoint.stream->finish("last");
  BOOST_TEST(ended(StreamEnd::finished) == 1U);
  for (int i = 0; i < 20; ++i) advance(1s);
  BOOST_TEST(metrics.connections.value() == 0);
  BOOST_TEST(metrics.stalled_closes.value() == 1U);
  BOOST_TEST(ended(StreamEnd::slow) == 0U);
}

// A megabyte at a time is more than the socket's buffer, so that most of it waits; the client reads it in
// steps that end anywhere.
BOOST_AUTO_TEST_CASE(a_client_that_catches_up_has_missed_nothing) {
  auto peer = connect();
  send(peer, wire::request({.path = "/events"}));
  peer.received();
  for (unsigned round = 0; round < 3; ++round) {
    std::string sent;
    for (unsigned i = 0; sent.size() < 1'000'000; ++i) {
      const std::string payload(100 + i * 17 % 5'000, static_cast<char>('a' + i % 26));
      endpoint.stream->write(payload);
      sent += wire::record(wire::standard_output, 1, payload);
    }
    auto seen = peer.received();
    BOOST_TEST(seen.size() < sent.size());
    settle();
    for (auto more = peer.received(33'333); !more.empty(); more = peer.received(33'333)) {
      seen += more;
      settle();
    }
    BOOST_TEST((seen == sent));
  }
  BOOST_TEST(ended(StreamEnd::slow) == 0U);
  endpoint.stream->finish("last");
  BOOST_TEST(peer.received() == wire::record(wire::standard_output, 1, "last") + wire::end(1));
}

BOOST_AUTO_TEST_CASE(streams_do_not_mix) {
  std::array<std::pair<Peer, worker::http::Exchange*>, 3> streams{
      std::pair{connect(), nullptr}, std::pair{connect(), nullptr}, std::pair{connect(), nullptr}};
  for (auto& [peer, exchange] : streams) {
    send(peer, wire::request({.path = "/events"}));
    exchange = endpoint.stream;
    peer.received();
  }
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < streams.size(); ++i) streams[i].second->write("for " + std::to_string(i));
    for (std::size_t i = 0; i < streams.size(); ++i) {
      BOOST_TEST(streams[i].first.received() == out("for " + std::to_string(i)));
    }
  }
  streams[1].first.close();
  settle();
  BOOST_TEST(metrics.streams.value() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
