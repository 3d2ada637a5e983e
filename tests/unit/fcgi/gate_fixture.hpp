// GateFixture: a gate on a real socket, its loop turned by hand, its clock moved by hand.
#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <sys/un.h>

#include <boost/test/unit_test.hpp>
#include <sstream>

#include "fcgi/gate.hpp"
#include "support/manual_clock.hpp"
#include "support/peer.hpp"
#include "support/scripted_endpoint.hpp"
#include "support/wire.hpp"

namespace worker::fcgi {

using support::Peer;
using namespace std::chrono_literals;
namespace wire = support::wire;

/// The head of ScriptedEndpoint's answers and streams.
inline constexpr std::string_view plain_head = "Status: 200 OK\r\n\r\n";

inline const std::string ok = wire::answer(1, {plain_head, "ok\n"});

class GateFixture {
 public:
  explicit GateFixture(const Settings& chosen = {}) : settings(chosen) {
    log.set_pattern("%l: %v");
    log.set_level(spdlog::level::debug);
  }

  /// Turns the loop until nothing is ready any more.
  void settle() {
    for (int i = 0; i < 20; ++i) loop.run_ready();
  }
  void advance(std::chrono::milliseconds by) {
    clock.advance(by);
    settle();
  }
  /// Connects; the gate has accepted it.
  Peer connect() {
    Peer peer = connect_unseen();
    settle();
    return peer;
  }
  /// Connects; the gate does not know yet.
  Peer connect_unseen() {
    if (!opened_) gate.open();
    opened_ = true;
    base::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    BOOST_REQUIRE_EQUAL(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name_), name_size_), 0);
    return Peer(std::move(socket));
  }
  void send(Peer& peer, std::string_view bytes) {
    peer.send(bytes);
    settle();
  }
  /// What a peer that sends `bytes` gets.
  std::string answer_to(Peer& peer, std::string_view bytes) {
    send(peer, bytes);
    return peer.received();
  }

  /// What the log was told since the last call.
  std::string news() {
    auto text = logged.str();
    logged.str({});
    return text;
  }

  std::uint64_t refused(Refusal reason) const {
    return metrics.refused[static_cast<std::size_t>(reason)]->value();
  }
  std::uint64_t refused() const {
    std::uint64_t sum = 0;
    for (const auto* counter : metrics.refused) sum += counter->value();
    return sum;
  }
  std::uint64_t ended(Ending how) const {
    return metrics.stream_closes[static_cast<std::size_t>(how)]->value();
  }

  const Settings settings;
  support::ManualClock clock;
  Decoder decoder;
  net::Loop loop{clock};
  metrics::Registry registry;
  Metrics metrics{registry};
  std::ostringstream logged;
  base::Log log{"test", std::make_shared<spdlog::sinks::ostream_sink_st>(logged)};
  base::Random random{1};
  support::ScriptedEndpoint endpoint;

 private:
  // Without a name of our own the kernel chooses one that is no file.
  base::UniqueFd listen() {
    base::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    name_.sun_family = AF_UNIX;
    ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name_), sizeof name_.sun_family);
    ::listen(socket.get(), 128);
    ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&name_), &name_size_);
    return socket;
  }

  sockaddr_un name_{};
  socklen_t name_size_ = sizeof name_;
  base::UniqueFd listening_ = listen();
  bool opened_ = false;

 public:
  Gate gate{loop, listening_.get(), endpoint, settings, metrics, log, random, decoder};
};

}  // namespace worker::fcgi
