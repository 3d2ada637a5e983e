// StreamedFixture: an acceptor whose endpoint takes bodies in pieces, and the records that such a request is
// made of.
#pragma once

#include <string>
#include <string_view>

#include "unit/fcgi/acceptor_fixture.hpp"

namespace worker::fcgi {

struct StreamedFixture : AcceptorFixture {
  StreamedFixture() : AcceptorFixture({.deadline = 5s, .idle = 60s, .body_bytes_max = 100, .stall = 20s}) {
    endpoint.streamed = {"/up", "/live"};
    endpoint.scripts["/up"] = endpoint.waiting();
    endpoint.scripts["/live"] = endpoint.streaming();
  }
  static std::string head(std::string_view path, bool keep = true, unsigned id = 1) {
    return wire::begin(id, keep) +
           wire::stream(wire::params, id, wire::pairs({{"REQUEST_METHOD", "POST"}, {"SCRIPT_NAME", path}}));
  }
  static std::string piece(std::string_view content, unsigned padding = 0) {
    return wire::record(wire::standard_input, 1, content, {.padding = padding});
  }
  static std::string out(std::string_view payload) { return wire::record(wire::standard_output, 1, payload); }
  Peer begun(std::string_view path = "/up", bool keep = true) {
    auto peer = connect();
    send(peer, head(path, keep));
    BOOST_REQUIRE_EQUAL(endpoint.streams_alive, 1);
    peer.received();
    return peer;
  }
  void hold() {
    endpoint.on_body = [](auto& exchange) { exchange.hold_body(); };
  }
  const std::string end = piece("");
};

}  // namespace worker::fcgi
