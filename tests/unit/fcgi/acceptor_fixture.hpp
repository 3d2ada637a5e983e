// AcceptorFixture: an acceptor on a real socket; the tests turn its loop and move its clock by hand.
#pragma once

#include <boost/test/unit_test.hpp>
#include <functional>
#include <memory>
#include <string>

#include "fcgi/connection_totals.hpp"
#include "fcgi/metrics.hpp"
#include "fcgi/settings.hpp"
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

class AcceptorFixture {
 public:
  explicit AcceptorFixture(const Settings& chosen = {});
  ~AcceptorFixture();

  /// Turns the loop until nothing is ready any more.
  void settle();
  /// Runs `task` on the loop, in its next turn.
  void post(std::function<void()> task);
  void advance(std::chrono::milliseconds by);
  /// Connects; the acceptor has accepted it.
  Peer connect();
  /// Connects; the acceptor has not accepted it yet.
  Peer connect_unseen();
  /// Takes O_NONBLOCK from the listening socket, as another process that has it may.
  void make_listening_wait();
  void send(Peer& peer, std::string_view bytes);
  /// Sends `bytes`; what the peer has received then.
  std::string answer_to(Peer& peer, std::string_view bytes);
  /// Acceptor::drain with delays from [least, most].
  void begin_drain(std::chrono::milliseconds window, std::chrono::milliseconds least,
                   std::chrono::milliseconds most, std::function<void()> done);
  /// Acceptor::settle, with a retry of a second.
  void begin_settle(std::chrono::milliseconds window, std::function<void()> done);
  /// Acceptor::carry into Acceptor::continue_with of another one, as exec would do it: this one writes
  /// nothing more.
  void carry_to(AcceptorFixture& next);
  /// The lines of the log since the last call, as `level: text`.
  std::string news();

  std::uint64_t refused(Refusal reason) const;
  /// For whatever reason.
  std::uint64_t refused() const;
  std::uint64_t ended(StreamEnd how) const;

  const Settings settings;
  support::ManualClock clock;
  metrics::Registry registry;
  Metrics metrics{registry};
  support::ScriptedEndpoint endpoint;
  ConnectionTotals totals;

 private:
  // In the .cpp file, so that the many tests that include this header compile quickly.
  struct World;
  std::unique_ptr<World> world_;
};

}  // namespace worker::fcgi
