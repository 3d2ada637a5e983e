// Acceptor: accepts FastCGI connections on one loop and owns them. One per loop; several processes may share
// the listening socket. Loop thread only, except for the constructor and the destructor.
//
// Without descriptors or memory, accepting pauses for a moment; new connections wait in the kernel's backlog.
#pragma once

#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "fcgi/connection.hpp"

namespace worker::fcgi {

class Acceptor final : public net::Watcher {
 public:
  struct Retry {
    std::chrono::milliseconds least, most;
  };

  /// `listening` is non-blocking and stays the caller's; everything that is borrowed must outlive the
  /// acceptor.
  Acceptor(net::Loop& loop, int listening, http::Endpoint& endpoint, const Settings& settings,
           Metrics& metrics, base::Logger& logger, base::Random& random, Decoder& decoder,
           ConnectionTotals& totals);
  ~Acceptor();

  /// For requests and waits that begin from now on.
  void update(const Settings& settings);
  /// Starts accepting.
  void start();
  /// Stops accepting and ends the open connections: short answers complete; streams end at moments spread
  /// evenly over `window`, and each client is told to come back after a delay from `retry`. Calls `done` when
  /// the last connection is closed; half a second after `window` those that are left are closed.
  void drain(std::chrono::milliseconds window, Retry retry, std::function<void()> done);

  /// --- a takeover by a next process ---
  /// Stops accepting and ends what cannot be carried, as drain() does; the rest continues. Calls `done` once
  /// all that is left can be carried and `others_settled`, or after `window` and as long again. drain() may
  /// follow.
  void settle(std::chrono::milliseconds window, Retry retry, std::function<bool()> others_settled,
              std::function<void()> done);
  /// Calls `take` with each connection that can be carried, and its socket. Nothing may be sent afterwards.
  void carry(const std::function<void(const CarriedConnection&, int)>& take) const;
  /// In the next process: continues with a connection. `begin` keeps a source in the exchange of a stream, or
  /// finishes it. Before start().
  void continue_with(base::UniqueFd socket, const CarriedConnection& carried,
                     const std::function<void(http::Exchange&, const http::CarriedSource&)>& begin);

 private:
  enum class State : std::uint8_t {
    stopped,    // not started yet, or draining
    accepting,  // the loop watches the listening socket
    paused,     // out of descriptors or memory, which was logged; resume_ is armed
    retrying,   // accepting again after a pause; nobody has been accepted yet
  };
  using Connections =
      boost::intrusive::list<Connection,
                             boost::intrusive::member_hook<Connection, Connection::Hook, &Connection::hook>,
                             boost::intrusive::constant_time_size<false>>;

  void on_ready(Ready ready) override;
  bool is_accepting() const { return state_ == State::accepting || state_ == State::retrying; }
  void add_connection(base::UniqueFd socket);
  void pause();
  void stop();
  void check_settled();
  void schedule_after_turn(Connection& connection);
  void post_scheduled();
  void run_scheduled();

  net::Loop& loop_;
  const int listening_;
  Settings settings_;
  Metrics& metrics_;
  base::Logger& logger_;
  base::Random& random_;
  net::StallWatch stall_watch_;
  ConnectionContext context_;
  State state_ = State::stopped;
  net::Timer resume_;
  net::Timer drain_end_;
  net::Timer settling_;
  base::Instant settled_by_{};
  Connections connections_;
  std::deque<Connection*> scheduled_;  // their after_turn() is to be called
  bool posted_ = false;                // run_scheduled() is
  std::function<void()> on_drained_;
  std::function<bool()> others_settled_;
  std::function<void()> on_settled_;
};

}  // namespace worker::fcgi
