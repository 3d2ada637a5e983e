// The incoming half of a connection: bytes to requests, and those to the endpoint.
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cassert>
#include <cerrno>
#include <exception>
#include <utility>

#include "fcgi/connection.hpp"
#include "fcgi/request_problem.hpp"

namespace worker::fcgi {
namespace {

constexpr std::size_t read_bytes = 65'536;
// A read that brings less than this is handled before its bytes leave the socket.
constexpr std::size_t small_read_bytes = 4'096;
// Reads from one connection in one turn; a large body takes several turns.
constexpr int reads_per_turn = 8;
// Of a body that streams, in one turn: its source handles what is read at once, which is about a millisecond
// of work.
constexpr std::size_t streamed_bytes_per_turn = 32'768;

}  // namespace

// --- bytes to requests ---

void Connection::on_ready(Ready ready) {
  if (ready.writable && writer_.wants_writable()) {
    const auto sent = writer_.flush();
    if (sent == ResponseWriter::Sent::all && is_answering() && source_) source_->on_drained();
    after_write(sent);
  }
  if (ready.readable && !closed()) receive(ready.hung_up);
}

void Connection::receive(bool hung_up) {
  // Until the socket is empty: the next edge comes only with new bytes. A read that brought less than it
  // could has emptied it. But the edge of an end of input has come already, so that end has to be read.
  const auto read_later = [this] {
    context_.loop.poller().again(socket_.get(), *this, writer_.wants_writable());
  };
  for (int reads = 0; !closed(); ++reads) {
    // resume_body() continues. Of a peer that has left no more can come than the socket holds, and only its
    // end frees what the request has.
    if (body_ == Body::held && !hung_up) return;
    const bool streams = body_ != Body::complete;
    if (reads == reads_per_turn || (streams && reads > 0)) return read_later();
    auto& buffer = context_.received;
    const auto size_max = streams ? streamed_bytes_per_turn : read_bytes;
    buffer.resize(size_max);
    // As soon as bytes leave a Unix socket, Linux tells the web server that it can write, which wakes it
    // (unix_write_space). So those of a small request or piece leave after the answer was sent: the web
    // server wakes once for both.
    auto size = ::recv(socket_.get(), buffer.data(), small_read_bytes, MSG_DONTWAIT | MSG_PEEK);
    if (size == small_read_bytes) {
      size = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    } else if (size > 0) {
      context_.peeked = {this, static_cast<std::size_t>(size)};
    }
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (size <= 0) return on_peer_gone();
    take({buffer.data(), static_cast<std::size_t>(size)});
    remove_peeked();
    if (static_cast<std::size_t>(size) < size_max && !hung_up) return;
  }
}

// Writes the bytes over themselves.
void Connection::remove_peeked() {
  const auto bytes = context_.peeked.bytes_of(*this);
  if (bytes == 0) return;
  context_.peeked = {};
  (void)::recv(socket_.get(), context_.received.data(), bytes, MSG_DONTWAIT);
}

void Connection::take(std::string_view bytes) {
  std::string joined;
  if (phase_ == Phase::receiving) bytes = input_.take_pipelined(bytes, joined);
  // While bytes are kept for later, those behind them are for later, too.
  while (!bytes.empty() && !closed() && !input_.has_pipelined()) {
    if (after_answer_ == AfterAnswer::discard_input) return;
    auto& reader = request_reader();
    const bool was_between = reader.between_requests();
    const auto progress = reader.take(bytes);
    if (auto records = reader.take_reply(); !records.empty()) after_write(writer_.reply(std::move(records)));
    if (closed()) return;
    if (!progress) return refuse(progress.error());
    switch (progress.value()) {
      case RequestReader::Progress::more:
        return wait_for_more(was_between);
      case RequestReader::Progress::pipelined:
        return keep_pipelined(bytes);
      case RequestReader::Progress::aborted:
        abort();
        break;
      case RequestReader::Progress::head:
        take_head();
        break;
      case RequestReader::Progress::piece:
        take_piece(reader.piece());
        break;
      case RequestReader::Progress::request:
        body_ == Body::complete ? dispatch(progress.value()) : end_body();
        break;
      case RequestReader::Progress::head_too_large:
      case RequestReader::Progress::body_too_large:
      case RequestReader::Progress::bodies_too_large:
        dispatch(progress.value());
    }
  }
  if (closed()) return;
  bytes.empty() ? input_.drop_initial_reader() : keep_pipelined(bytes);
}

// All bytes are taken, and no request is complete. There is one deadline from the first byte of a request to
// its last; a connection that was served before may wait for its next request.
void Connection::wait_for_more(bool was_between_requests) {
  if (phase_ == Phase::receiving) {
    if (!input_.is_between_requests()) {
      if (was_between_requests) timer_.arm_in(context_.settings.deadline);
    } else if (was_served()) {
      timer_.arm_in(context_.settings.idle);
    }
    count_receiving();
  }
  input_.drop_initial_reader();
}

// Without KEEP_CONN there is no next request. Reading continues all the same: it shows when the peer leaves.
void Connection::keep_pipelined(std::string_view bytes) {
  const bool wanted = after_answer_ == AfterAnswer::receive_next;
  if (!input_.keep_pipelined(bytes, wanted)) refuse(Refusal::early);
}

RequestReader& Connection::request_reader() {
  const auto& settings = context_.settings;
  const std::optional served(RequestReader::Served{writer_.request_id(), body_ != Body::complete});
  return input_.reader(
      {settings.head_bytes_max, settings.body_bytes_max, settings.connections_max, &context_.totals.bodies},
      phase_ == Phase::receiving ? std::nullopt : served);
}

// It was served before, and no byte of a next request has come.
bool Connection::waits_for_next_request() const {
  return was_served() && input_.is_between_requests() && !input_.has_pipelined();
}

void Connection::count_receiving() {
  counted_connection_.count_as(waits_for_next_request() ? CountedConnection::State::idle
                                                        : CountedConnection::State::pending);
}

// The web server wants no answer any more, or no more bytes of one.
void Connection::abort() {
  if (phase_ == Phase::ending) return;
  release_opening();
  const auto& reader = input_.reader();
  if (phase_ == Phase::receiving) {
    counted_connection_.count_as(CountedConnection::State::nothing);
    after_answer_ = reader.keep_connection() ? AfterAnswer::receive_next : AfterAnswer::close;
  }
  body_ = Body::complete;
  source_.reset();
  enter(Phase::ending);
  timer_.cancel();
  writer_.begin(reader.request_id(), false);
  writer_.finish({});
  after_write(writer_.uncork(false));
}

// --- requests to the endpoint ---

// The parameters are complete. Most endpoints get the request with its body; some get the body in pieces.
void Connection::take_head() {
  auto& reader = input_.reader();
  auto request = context_.decoder.decode(reader.params());
  if (!request) return refuse(request.error());
  reader.release_params();
  const bool streams = context_.endpoint.streams_body(request.value());
  input_.keep_request(std::move(request).value());
  if (!streams) return;
  reader.stream_body();
  body_ = Body::streams;
  dispatch(RequestReader::Progress::head);
}

void Connection::take_piece(std::string_view piece) {
  if (is_answering() && source_) source_->on_body(piece);
}

void Connection::end_body() {
  body_ = Body::complete;
  input_.drop_initial_reader();
  if (is_answering() && source_) source_->on_body_end();
}

void Connection::hold_body() {
  context_.loop.assert_on_thread();
  if (body_ == Body::streams) body_ = Body::held;
}

void Connection::resume_body() {
  context_.loop.assert_on_thread();
  if (body_ != Body::held) return;
  body_ = Body::streams;
  context_.loop.poller().again(socket_.get(), *this, writer_.wants_writable());
}

std::size_t Connection::waiting_body_bytes() const {
  int bytes = 0;
  const bool known = body_ != Body::complete && ::ioctl(socket_.get(), FIONREAD, &bytes) == 0;
  return known ? static_cast<std::size_t>(bytes) - context_.peeked.bytes_of(*this) : 0;
}

void Connection::dispatch(RequestReader::Progress progress) {
  counted_connection_.count_as(CountedConnection::State::nothing);
  timer_.cancel();
  enter(Phase::answering);
  const bool streams = progress == RequestReader::Progress::head;
  if (!streams && progress != RequestReader::Progress::request) {
    after_answer_ = AfterAnswer::discard_input;
  } else {
    after_answer_ = input_.reader().keep_connection() ? AfterAnswer::receive_next : AfterAnswer::close;
  }
  bool may_be_compressed = false;
  try {
    serve(progress);
    may_be_compressed = context_.request && !context_.request->header("accept-encoding").empty();
    context_.request.reset();
  } catch (const std::exception& bug) {
    context_.request.reset();
    context_.logger.error("internal error in an endpoint: error=\"{}\"", bug.what());
    return close();
  }
  if (closed()) return;
  input_.reader().release();
  input_.drop_initial_reader();
  after_write(writer_.uncork(may_be_compressed && phase_ == Phase::streaming));
  if (writer_.opening_delayed()) timer_.arm_in(ResponseWriter::opening_delay);
  const bool leaves = draining_ || (settling_ && !source_can_be_carried());
  if (leaves && source_ && is_answering()) source_->drain(drain_retry_);
}

// Begins the answer, which stays corked, or closes.
void Connection::serve(RequestReader::Progress progress) {
  auto& reader = input_.reader();
  const auto id = reader.request_id();
  const auto limit = [&] {
    return limit_problem(progress, context_.settings, context_.totals.bodies.used(), context_.metrics.limits);
  };
  head_lines_.reset();
  if (progress == RequestReader::Progress::head_too_large) {
    writer_.begin(id, false);
    return answer(limit());
  }
  const auto& request = context_.request.emplace(input_.take_request());
  const bool complete = progress == RequestReader::Progress::request;
  const bool streams = progress == RequestReader::Progress::head;
  if (complete) context_.request->body = reader.take_body();
  writer_.begin(id, request.method == "HEAD");
  context_.endpoint.prepare(*this);
  if (!complete && !streams) return answer(limit());
  if (const auto problem = streams ? std::nullopt : length_problem(request)) return answer(*problem);
  context_.endpoint.serve(*this);
}

}  // namespace worker::fcgi
