// Connection: one accepted FastCGI socket. Takes requests in through RequestReader, hands each to the
// endpoint as an Exchange, and frames the answer into records. One request at a time. Created and destroyed
// by the Acceptor, on the loop's thread.
//
// A peer that breaks the protocol or its deadline is closed and counted, and so is one that takes nothing of
// what waits for it for Settings::stall; a reader that leaves is no error.
// After closing, the object stays, inert, until the gate sweeps it at the end of the turn: a source or an
// event of the same turn may still refer to it. The same holds for a source whose answer is finished.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/logger.hpp"
#include "base/unique_fd.hpp"
#include "fcgi/connection_totals.hpp"
#include "fcgi/decoder.hpp"
#include "fcgi/metrics.hpp"
#include "fcgi/request_reader.hpp"
#include "fcgi/settings.hpp"
#include "http/exchange.hpp"
#include "net/loop.hpp"
#include "net/outbox.hpp"
#include "net/stall_watch.hpp"

namespace worker::fcgi {

class Connection;

/// What all connections of a gate share. Constant after construction but for the scratch buffers.
struct ConnectionContext {
  net::Loop& loop;
  Decoder& decoder;
  http::Endpoint& endpoint;
  const Settings& settings;
  Metrics& metrics;
  base::Logger& logger;
  net::StallWatch& stalls;
  /// Called when the connection needs the gate after the turn: to be destroyed, or to go on with its next
  /// request.
  std::function<void(Connection&)> destroy_after_turn;
  ConnectionTotals& load;
  std::string received{};       // what one read brought
  std::string framed{};         // what one write is about to send
  std::string corked{};         // the frames of the request being dispatched
  std::size_t opening_end = 0;  // in corked: behind the first write to a stream; 0 before there is one
};

class Connection final : public net::Watcher, public http::Exchange {
 public:
  using Hook = boost::intrusive::list_member_hook<>;

  Connection(ConnectionContext& shared, base::UniqueFd socket);
  ~Connection();

  bool closed() const { return phase_ == Phase::closed; }
  /// In the sweep: frees what the finished answer left behind and takes up bytes that came early.
  void after_turn();
  /// Ends the answer at hand after `delay`, or closes at once where there is none.
  void drain_in(std::chrono::milliseconds delay, std::chrono::milliseconds retry);
  /// Closes without another word.
  void close();

  void on_ready(Ready ready) override;

  const http::Request& request() const override { return *request_; }
  std::string take_body() override { return std::move(request_->body); }
  void answer(const http::Response& response) override;
  void open(const http::ResponseHead& head) override;
  void write(std::string_view payload) override;
  void send(const base::Bytes& wire) override;
  bool ready() const override { return phase_ == Phase::answering && !backlog_; }
  bool taken() const override;
  void finish(std::string_view last) override;
  void keep(std::unique_ptr<http::Source> source) override;

  Hook hook;              // the gate's list
  bool in_sweep = false;  // the gate's mark

 private:
  enum class Phase : std::uint8_t {
    receiving,  // a request, or the wait for one
    answering,  // the endpoint has the request, or a source produces its answer
    ending,     // the answer is complete, its last bytes wait for the peer
    closed,
  };

  // What the socket could not take yet, and the watch over whether its peer takes anything.
  struct Backlog {
    explicit Backlog(Connection& connection)
        : watched(connection.socket_.get(), [&connection] { connection.cut(); }) {}
    net::Outbox outbox;
    net::StallWatch::Watched watched;
  };

  void receive(bool hung_up);
  void take(std::string_view bytes);
  void keep_pipelined(std::string_view bytes);
  void begin_request_reader();
  void arm_for_next_request();
  bool waits_for_next() const;
  void reply();
  void abort();
  void dispatch(RequestReader::Progress progress);
  void serve(RequestReader::Progress progress);
  void refuse(Refusal refusal);
  void on_peer_gone();
  void on_deadline();
  std::string& frames() { return corked_ ? context_.corked : context_.framed; }
  void begin_answer(const http::ResponseHead& head);
  void transmit();
  void mark_opening();
  bool opening_is_long() const;
  void transmit_opening();
  void release_opening();
  void wait_until_writable();
  void wait_for_socket(base::Bytes bytes, std::size_t offset);
  void flush_backlog();
  void cut();
  void on_all_sent();
  void end_stream(StreamEnd ending);

  ConnectionContext& context_;
  CountedConnection counted_connection_{context_.load};
  base::UniqueFd socket_;
  Phase phase_ = Phase::receiving;
  bool corked_ = false;         // inside dispatch: frames gather, to go out as one send
  bool keep_ = false;           // the peer wants the connection for further requests
  bool head_only_ = false;      // a HEAD request: no body leaves
  bool discard_input_ = false;  // the peer is still sending: closing now could destroy the answer on its way
  bool streaming_ = false;      // counted as a stream
  bool draining_ = false;
  bool opening_delayed_ = false;  // the backlog waits for the timer, not for the socket
  std::uint16_t request_id_ = 0;
  std::chrono::milliseconds drain_retry_{0};
  net::Timer timer_;  // the phase's deadline; while draining, the time to end
  std::unique_ptr<RequestReader>
      request_reader_;  // while a request comes in, and where it has to remember something
  std::unique_ptr<http::Request> request_;  // only inside dispatch
  std::unique_ptr<http::Source> source_;
  std::unique_ptr<Backlog> backlog_;  // only while the socket is full
  std::string pipelined_bytes_;       // what the peer sent while its answer was not out yet
};

}  // namespace worker::fcgi
