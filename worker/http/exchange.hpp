// Exchange: one request and the way its answer goes out. What every endpoint is handed; implemented by the
// FastCGI connection. Loop thread only.
//
// An answer is either answer(), or open() and then any number of write() and one finish(). An endpoint that
// needs time leaves a Source with keep() and answers later from there.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace worker::http {

/// What a next process needs to continue with a source in the middle of its answer.
struct CarriedSource {
  /// What many sources have in common: the same bytes for all of them.
  base::Bytes shared;
  std::string own;
};

/// Whoever produces an answer over time. The exchange owns it and destroys it when the answer is finished or
/// the reader has gone, never inside a call from the source itself. It may use the exchange for as long as it
/// lives.
class Source {
 public:
  virtual ~Source() = default;
  /// The worker is about to stop: end the answer now, telling the reader to come back after `retry`.
  virtual void drain(std::chrono::milliseconds retry) = 0;
  /// The reader has taken all that waited for it: ready() holds again.
  virtual void on_drained() {}
  /// Of an endpoint that streams_body(): the next piece of the body, in order.
  virtual void on_body(std::string_view /*piece*/) {}
  /// The same: the client has sent all of the body.
  virtual void on_body_end() {}
  /// A next process can continue with the answer where this one stops.
  virtual bool can_be_carried() const { return false; }
  /// Where it can: how. Nothing is written any more after this.
  virtual CarriedSource carry() const { return {}; }
};

class Exchange {
 public:
  /// Only until the endpoint returns.
  virtual const Request& request() const = 0;
  /// Header lines, each with its CRLF, for the head of the answer, whichever that will be; null for none. Of
  /// several calls the last one counts, and only while no head is sent.
  virtual void add_to_head(base::Bytes lines) = 0;
  /// Of a body that streams: takes nothing more of it from the client, who is slowed down by that, until
  /// resume_body(). The rest of a piece that is at hand still comes.
  virtual void hold_body() = 0;
  virtual void resume_body() = 0;
  /// Of a body that streams: bytes that have come and were not taken yet; those of the records around it
  /// count.
  virtual std::size_t waiting_body_bytes() const = 0;
  /// Moves the body out of the request; the request's body is empty afterwards.
  virtual std::string take_body() = 0;
  /// The whole answer at once.
  virtual void answer(const Response& response) = 0;
  /// The head of an answer whose body follows; goes out with the first bytes of the body where both come in
  /// one turn.
  virtual void open(const ResponseHead& head) = 0;
  /// Sends a piece of the body now. What the reader cannot take waits in the worker's memory, without a
  /// bound: a source writes only while ready(). A reader that takes nothing for long is cut.
  virtual void write(std::string_view payload) = 0;
  /// The same for bytes that were framed once for all readers. Nothing is copied, whoever has to wait for the
  /// reader.
  virtual void send(const base::Bytes& wire) = 0;
  /// The answer is under way and nothing waits for the reader's socket.
  virtual bool ready() const = 0;
  /// The web server has read all that was sent. Only over a Unix socket can that be seen; elsewhere true as
  /// soon as it has arrived.
  virtual bool fully_read() const = 0;
  /// Bytes in the socket that the web server has not read, as the kernel counts them: with its own
  /// bookkeeping. One system call.
  virtual std::size_t unread_bytes() const = 0;
  /// Bytes that wait in the worker's memory for the reader.
  virtual std::size_t waiting_bytes() const = 0;
  /// Sends `last` and ends the answer, in one system call.
  virtual void finish(std::string_view last = {}) = 0;
  /// Owns `source` from now on. Also where the answer is over already: then it is destroyed after this turn.
  virtual void keep(std::unique_ptr<Source> source) = 0;

 protected:
  ~Exchange() = default;
};

/// Makes payload into what send() takes.
using Framing = std::function<base::Bytes(std::string_view payload)>;

/// Answers the requests of one path.
class Endpoint {
 public:
  virtual ~Endpoint() = default;
  /// Called for each request before anything is answered, also for one that serve() will not see because its
  /// body is too large or incomplete: the place for add_to_head(). Must not answer, nor throw.
  virtual void prepare(Exchange& /*exchange*/) {}
  /// True: serve() is called before the body has come, and its source gets the body piece by piece. False:
  /// serve() is called with the whole body, which is bounded. Must not throw.
  virtual bool streams_body(const Request& /*request*/) const { return false; }
  /// Must answer, or keep a source that will. Must not throw for anything a request can hold.
  virtual void serve(Exchange& exchange) = 0;
};

}  // namespace worker::http
