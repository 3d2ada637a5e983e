// Acceptor: accepts FastCGI connections on one loop and owns them. Loop thread only, but for the constructor.
//
// Running out of descriptors or memory is not the end: accepting pauses, the kernel's backlog holds who
// comes, and it goes on a moment later. One gate per loop; several processes may share the listening socket.
#pragma once

#include <deque>
#include <functional>

#include "base/random.hpp"
#include "fcgi/connection.hpp"

namespace worker::fcgi {

class Acceptor final : public net::Watcher {
 public:
  struct Retry {
    std::chrono::milliseconds least, most;
  };

  /// `listening` is non-blocking and stays the caller's; all that is borrowed must outlive the gate.
  Acceptor(net::Loop& loop, int listening, http::Endpoint& endpoint, const Settings& settings,
           Metrics& metrics, base::Logger& logger, base::Random& random, Decoder& decoder,
           ConnectionTotals& load);
  ~Acceptor();

  /// For what begins from now on.
  void update(const Settings& settings) {
    settings_ = settings;
    stall_watch_.set_bound(settings.stall);
    context_.load.bodies.set_limit(settings.bodies_bytes_max);
  }
  /// Starts accepting.
  void open();
  /// Stops accepting and ends what is open: short answers complete, streams at moments spread evenly over
  /// `window`, each told to come back after a delay from `retry`. Calls `done` when the last connection is
  /// closed.
  void drain(std::chrono::milliseconds window, Retry retry, std::function<void()> done);

  void on_ready(Ready ready) override;

 private:
  using Connections =
      boost::intrusive::list<Connection,
                             boost::intrusive::member_hook<Connection, Connection::Hook, &Connection::hook>,
                             boost::intrusive::constant_time_size<false>>;

  void add_connection(base::UniqueFd socket);
  void pause_accepting();
  void stop_accepting();
  void destroy_after_turn(Connection& connection);
  void sweep();

  net::Loop& loop_;
  const int listening_;
  Settings settings_;
  Metrics& metrics_;
  base::Logger& logger_;
  base::Random& random_;
  net::StallWatch stall_watch_;
  ConnectionContext context_;
  bool accepting_ = false;
  bool paused_ = false;  // out of descriptors or memory, and that was logged
  net::Timer resume_;
  net::Timer drain_end_;
  Connections connections_;
  std::deque<Connection*> to_sweep_;
  bool sweep_posted_ = false;
  std::function<void()> on_drained_;
};

}  // namespace worker::fcgi
