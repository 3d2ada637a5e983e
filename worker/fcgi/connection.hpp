// Connection: one accepted FastCGI socket. Takes requests in through RequestInput, hands each to the
// endpoint as an Exchange, and sends the answer through ResponseWriter. One request at a time. Created and
// destroyed by the Acceptor; loop thread only. Failures are those of the peer: one that breaks the protocol
// or its deadline, or that reads nothing for Settings::stall, is closed and counted. A client that leaves is
// no error.
//
// A closed connection stays as an object until the acceptor destroys it after the turn: a source or an event
// of the same turn may still refer to it. The same holds for a source whose answer is finished.
//
// phase       means                                       timer                       next, or `closed`
// receiving   a request comes in, or is waited for        deadline or Settings::idle  answering, ending
// answering   the endpoint or its source has the request  moment to drain, or none    streaming, ending
// streaming   the same, and the head of a stream is sent  that, or the opening delay  ending
// ending      the answer is complete; some of it waits    none                        receiving, discarding
// discarding  the answer is sent; input is thrown away    deadline
// closed      there is no socket                          none
//
// A next process continues with connections in `receiving` and `streaming`: connection_takeover.cpp.
//
// The writer is corked only inside dispatch() and abort(), and delays an opening only in `streaming`.
//
// A body that streams goes to the source piece by piece while the answer goes out, in `answering` and
// `streaming`. An answer that ends before such a body is followed by `discarding`.
#pragma once

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/logger.hpp"
#include "base/unique_fd.hpp"
#include "fcgi/carried_connection.hpp"
#include "fcgi/connection_totals.hpp"
#include "fcgi/decoder.hpp"
#include "fcgi/metrics.hpp"
#include "fcgi/request_input.hpp"
#include "fcgi/response_writer.hpp"
#include "fcgi/settings.hpp"
#include "http/exchange.hpp"
#include "net/loop.hpp"

namespace worker::fcgi {

class Connection;

/// Bytes that a connection handles while they are still in its socket.
struct Peeked {
  const Connection* connection = nullptr;
  std::size_t bytes = 0;

  std::size_t bytes_of(const Connection& of) const { return connection == &of ? bytes : 0; }
};

/// What all connections of one acceptor share. Constant after construction, except for the buffers and the
/// request, which belong to the call at hand.
struct ConnectionContext {
  net::Loop& loop;
  Decoder& decoder;
  http::Endpoint& endpoint;
  const Settings& settings;
  Metrics& metrics;
  base::Logger& logger;
  /// Calls the connection's after_turn() after this turn, and destroys the connection if it is closed then.
  std::function<void(Connection&)> schedule_after_turn;
  ConnectionTotals& totals;
  OutputContext output;
  std::string received{};                  // the bytes of one read
  Peeked peeked{};                         // of that read, during Connection::take()
  std::optional<http::Request> request{};  // only inside Connection::dispatch()
};

class Connection final : public ResponseWriter::Owner, public http::Exchange {
 public:
  using Hook = boost::intrusive::list_member_hook<>;

  Connection(ConnectionContext& context, base::UniqueFd socket);
  /// Goes on where another process has stopped. Of a stream, keep() its source next, or finish().
  Connection(ConnectionContext& context, base::UniqueFd socket, const CarriedConnection& carried);
  ~Connection();

  bool closed() const { return phase_ == Phase::closed; }
  /// Destroys the source of a finished answer, and continues with bytes that came before the answer was sent.
  void after_turn();
  /// Ends the answer at hand after `delay`, telling its client to come back after `retry`. Without an answer
  /// or half a request, closes at once.
  void drain_in(std::chrono::milliseconds delay, std::chrono::milliseconds retry);
  /// A next process is about to take over. Reads no next request. An answer that cannot be carried ends after
  /// `delay`, telling its client to come back after `retry`.
  void settle_in(std::chrono::milliseconds delay, std::chrono::milliseconds retry);
  /// It is closed, or carry() returns something.
  bool is_settled() const;
  /// What the next process needs; none where that cannot continue with it. After settle_in(); nothing may be
  /// written afterwards.
  std::optional<CarriedConnection> carry() const;
  int descriptor() const { return socket_.get(); }
  /// Closes without sending anything.
  void close() { close(StreamEnd::reader_gone); }

  const http::Request& request() const override { return *context_.request; }
  void add_to_head(base::Bytes lines) override { head_lines_ = std::move(lines); }
  std::string take_body() override { return std::move(context_.request->body); }
  void answer(const http::Response& response) override;
  void open(const http::ResponseHead& head) override;
  void write(std::string_view payload) override;
  void send(const base::Bytes& wire) override;
  bool ready() const override { return is_answering() && !writer_.has_backlog(); }
  bool fully_read() const override;
  std::size_t unread_bytes() const override;
  std::size_t waiting_bytes() const override { return writer_.backlog_bytes(); }
  void hold_body() override;
  void resume_body() override;
  std::size_t waiting_body_bytes() const override;
  void finish(std::string_view last) override;
  void keep(std::unique_ptr<http::Source> source) override;

  Hook hook;               // in the acceptor's list
  bool scheduled = false;  // the acceptor's mark: after_turn() is still to be called

 private:
  enum class Phase : std::uint8_t { receiving, answering, streaming, ending, discarding, closed };
  enum class AfterAnswer : std::uint8_t {
    close,
    receive_next,   // but close while draining
    discard_input,  // the peer may still send the body: the request was too large, or the answer came first
  };
  enum class Body : std::uint8_t {
    complete,  // or none, or one that does not stream
    streams,
    held,  // streams, and its source takes nothing at the moment
  };

  void on_ready(Ready ready) override;
  void close_stalled() override;
  void on_timer();

  void receive(bool hung_up);
  void remove_peeked();
  void take(std::string_view bytes);
  void wait_for_more(bool was_between_requests);
  void keep_pipelined(std::string_view bytes);
  RequestReader& request_reader();
  bool was_served() const { return writer_.request_id() != 0; }
  bool waits_for_next_request() const;
  void count_receiving();
  void abort();
  void take_head();
  void take_piece(std::string_view piece);
  void end_body();

  void dispatch(RequestReader::Progress progress);
  void serve(RequestReader::Progress progress);
  bool source_can_be_carried() const;
  bool waits_with_nothing() const;
  void rest_if_waiting();
  bool is_answering() const { return phase_ == Phase::answering || phase_ == Phase::streaming; }
  std::string_view head_lines() const { return head_lines_ ? std::string_view(*head_lines_) : ""; }
  bool begin_ending();
  void release_opening();
  void after_write(ResponseWriter::Sent sent);
  void on_all_sent();

  static bool may_follow(Phase phase, Phase next);
  void enter(Phase next, StreamEnd stream_end = StreamEnd::reader_gone);
  void refuse(Refusal refusal);
  void on_peer_gone();
  void close(StreamEnd stream_end);

  // In this order, and behind `scheduled`, they take no more room than a pointer: there is one for each
  // stream.
  Phase phase_ = Phase::receiving;
  AfterAnswer after_answer_ = AfterAnswer::close;
  Body body_ = Body::complete;
  bool draining_ : 1 = false;  // in any phase
  bool settling_ : 1 = false;  // the same
  base::UniqueFd socket_;
  ConnectionContext& context_;
  CountedConnection counted_connection_;
  std::chrono::milliseconds drain_retry_{0};
  net::Timer timer_;
  ResponseWriter writer_;
  RequestInput input_;
  std::unique_ptr<http::Source> source_;
  base::Bytes head_lines_;  // of the answer, until its head is sent; shared by many connections
};

}  // namespace worker::fcgi
