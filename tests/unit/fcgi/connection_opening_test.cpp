// The first write of a stream is small, so that no proxy decides to compress the stream.
#include "unit/fcgi/acceptor_fixture.hpp"

using namespace worker::fcgi;

namespace {

std::string out(std::string_view payload) { return wire::record(wire::standard_output, 1, payload); }
const std::string history(600, 'h');

struct Fixture : AcceptorFixture {
  // An opening and a history in one turn.
  void replay(const std::string& second) {
    endpoint.scripts["/events"] = [this, second](auto& exchange) {
      endpoint.streaming("first")(exchange);
      exchange.write(second);
      exchange.write("third");
    };
  }
  Peer connect_reader(bool compresses, bool keep = true) {
    const auto head = wire::pairs({{"REQUEST_METHOD", "GET"},
                                   {"SCRIPT_NAME", "/events"},
                                   {"HTTP_ACCEPT_ENCODING", compresses ? "gzip" : ""}});
    auto peer = connect();
    send(peer,
         wire::begin(1, keep) + wire::stream(wire::params, 1, head) + wire::record(wire::standard_input, 1));
    return peer;
  }
  const std::string opening = out(plain_head) + out("first");
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(connection_opening_suite, Fixture)

BOOST_AUTO_TEST_CASE(the_history_follows_the_opening) {
  replay(history);
  auto peer = connect_reader(true);
  BOOST_TEST(peer.received() == opening);
  BOOST_TEST(!endpoint.stream->ready());
  advance(19ms);
  BOOST_TEST(peer.received() == "");
  advance(1ms);
  BOOST_TEST(peer.received() == out(history) + out("third"));
  BOOST_TEST(endpoint.stream->ready());
  BOOST_TEST(metrics.sent_bytes.value() == (opening + out(history) + out("third")).size());
}

BOOST_AUTO_TEST_CASE(one_write_if_the_stream_is_short_or_not_compressed) {
  replay("small");
  BOOST_TEST(connect_reader(true).received() == opening + out("small") + out("third"));
  replay(history);
  BOOST_TEST(connect_reader(false).received() == opening + out(history) + out("third"));
}

BOOST_AUTO_TEST_CASE(a_short_answer_is_no_stream) {
  endpoint.scripts["/events"] = [](auto& exchange) { exchange.answer({{200, {}}, history}); };
  BOOST_TEST(connect_reader(true).received() == wire::answer(1, {plain_head, history}));
}

BOOST_AUTO_TEST_CASE(events_that_come_meanwhile_wait_behind_it) {
  replay(history);
  auto peer = connect_reader(true);
  endpoint.stream->write("fourth");
  settle();
  BOOST_TEST(peer.received() == opening);
  advance(20ms);
  BOOST_TEST(peer.received() == out(history) + out("third") + out("fourth"));
  endpoint.stream->write("fifth");
  BOOST_TEST(peer.received() == out("fifth"));
}

BOOST_AUTO_TEST_CASE(every_end_of_the_stream_releases_it) {
  replay(history);
  const auto rest = out(history) + out("third");
  {
    auto peer = connect_reader(true);
    endpoint.stream->finish("last");
    settle();
    BOOST_TEST(peer.received() == opening + rest + out("last") + wire::end(1));
  }
  {
    auto peer = connect_reader(true, false);
    send(peer, wire::record(wire::abort_request, 1));
    BOOST_TEST(peer.received() == opening + rest + wire::end(1));
    BOOST_TEST(peer.closed());
  }
  {
    auto peer = connect_reader(true);
    peer.close();
    settle();
    advance(1s);
  }
  BOOST_TEST(endpoint.streams_alive == 0);
  BOOST_TEST(metrics.streams.value() == 0);
}

BOOST_AUTO_TEST_CASE(draining_releases_it) {
  replay(history);
  auto peer = connect_reader(true);
  bool drained = false;
  begin_drain(0ms, 1s, 1s, [&] { drained = true; });
  settle();
  advance(10ms);
  advance(10ms);
  BOOST_TEST(peer.received().starts_with(opening + out(history) + out("third")));
  BOOST_TEST(drained);
}

// The peer leaves in the turn in which draining begins: its connection is closed, and still in the list.
BOOST_AUTO_TEST_CASE(draining_when_the_client_has_just_left) {
  replay(history);
  auto peer = connect_reader(true);
  bool drained = false;
  post([&] { begin_drain(0ms, 1s, 1s, [&] { drained = true; }); });
  peer.close();
  settle();
  BOOST_TEST(drained);
  BOOST_TEST(ended(StreamEnd::reader_gone) == 1U);
  BOOST_TEST(metrics.connections.value() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
