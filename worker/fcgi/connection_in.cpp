// The incoming half of a connection: bytes to requests, requests to the endpoint.
#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <utility>

#include "base/printable.hpp"
#include "fcgi/connection.hpp"
#include "fcgi/record.hpp"
#include "http/problem.hpp"

namespace worker::fcgi {
namespace {

constexpr std::size_t read_bytes = 65'536;
// Bytes read from one connection in one turn; a large body takes several turns.
constexpr int reads_per_turn = 8;
// What may come ahead of an answer: the next request of a peer that does not wait for answers.
constexpr std::size_t early_bytes_max = 65'536;
// Bytes of the buffer for answers that are kept for the next answer.
constexpr std::size_t scratch_bytes_max = 1'048'576;

// A body in chunks has no length to announce: most web servers send none then, Caddy -1.
bool knows_length(const http::Request& request) {
  return !request.content_length.empty() && request.content_length != "-1";
}

}  // namespace

void Connection::receive(bool hung_up) {
  // Until the socket is empty: the next edge comes only with new bytes. A read that brought less than it
  // could has emptied it; but an end that is there already has had its edge, and is read to.
  for (int reads = 0; !closed(); ++reads) {
    if (reads == reads_per_turn)
      return context_.loop.poller().again(socket_.get(), *this, backlog_ && !opening_delayed_);
    auto& buffer = context_.received;
    buffer.resize(read_bytes);
    const auto size = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (size <= 0) return on_peer_gone();
    take({buffer.data(), static_cast<std::size_t>(size)});
    if (static_cast<std::size_t>(size) < read_bytes && !hung_up) return;
  }
}

void Connection::take(std::string_view bytes) {
  std::string joined;
  if (phase_ == Phase::receiving && !pipelined_bytes_.empty()) {
    joined = std::exchange(pipelined_bytes_, {}).append(bytes);
    bytes = joined;
  }
  // While bytes are held for later, those behind them are not for now either.
  while (!bytes.empty() && !closed() && pipelined_bytes_.empty()) {
    if (discard_input_) return;
    if (!request_reader_) begin_request_reader();
    const bool rested = request_reader_->between_requests();
    const auto progress = request_reader_->take(bytes);
    reply();
    if (closed()) return;
    if (!progress) return refuse(progress.error());
    switch (progress.value()) {
      case RequestReader::Progress::more:
        if (phase_ == Phase::receiving && (rested || request_reader_->between_requests()))
          arm_for_next_request();
        if (phase_ == Phase::receiving)
          counted_connection_.as(waits_for_next() ? CountedConnection::As::idle
                                                  : CountedConnection::As::pending);
        if (request_reader_->fresh()) request_reader_.reset();
        return;
      case RequestReader::Progress::held:
        return keep_pipelined(bytes);
      case RequestReader::Progress::aborted:
        abort();
        break;
      default:
        dispatch(progress.value());
    }
  }
  if (!bytes.empty() && !closed()) keep_pipelined(bytes);
}

// The next request of a peer that does not wait for answers, or what is no FastCGI; the intake has its first
// header.
void Connection::keep_pipelined(std::string_view bytes) {
  // Without KEEP_CONN there is no next request: what comes is read away, so that the peer's leaving is seen.
  pipelined_bytes_.append(keep_ ? bytes : bytes.substr(0, 1));
  if (pipelined_bytes_.size() + header_bytes > early_bytes_max) return refuse(Refusal::early);
  if (!keep_) pipelined_bytes_.resize(1);
}

void Connection::begin_request_reader() {
  const auto& settings = context_.settings;
  const RequestReader::Limits limits{settings.head_bytes_max, settings.body_bytes_max,
                                     settings.connections_max, &context_.load.bodies};
  request_reader_ = phase_ == Phase::receiving ? std::make_unique<RequestReader>(limits)
                                               : std::make_unique<RequestReader>(limits, request_id_);
}

// From the first byte of a request to its last there is a deadline; a connection that was served before may
// wait.
void Connection::arm_for_next_request() {
  if (!request_reader_->between_requests()) return timer_.arm_in(context_.settings.deadline);
  if (request_id_ != 0) timer_.arm_in(context_.settings.idle);
}

// True if it was served before, and no byte of a next request has arrived.
bool Connection::waits_for_next() const {
  return request_id_ != 0 && (!request_reader_ || request_reader_->between_requests()) &&
         pipelined_bytes_.empty();
}

void Connection::reply() {
  auto records = request_reader_->take_reply();
  if (records.empty()) return;
  context_.framed = std::move(records);
  transmit();
}

// The web server wants no answer any more, or no further bytes of one.
void Connection::abort() {
  if (phase_ == Phase::ending) return;
  release_opening();
  if (phase_ == Phase::receiving) {
    counted_connection_.as(CountedConnection::As::nothing);
    request_id_ = request_reader_->request_id();
    keep_ = request_reader_->keep_connection();
  }
  source_.reset();
  end_stream(StreamEnd::reader_gone);
  context_.framed.clear();
  append_end(context_.framed, request_id_);
  phase_ = Phase::ending;
  timer_.cancel();
  transmit();
}

void Connection::dispatch(RequestReader::Progress progress) {
  counted_connection_.as(CountedConnection::As::nothing);
  timer_.cancel();
  phase_ = Phase::answering;
  request_id_ = request_reader_->request_id();
  discard_input_ = progress != RequestReader::Progress::request;
  keep_ = request_reader_->keep_connection() && !discard_input_;
  // Frees what one large answer needed.
  for (auto* scratch : {&context_.corked, &context_.framed}) {
    if (scratch->capacity() > scratch_bytes_max) *scratch = {};
  }
  context_.corked.clear();
  context_.opening_end = 0;
  corked_ = true;
  try {
    serve(progress);
  } catch (const std::exception& bug) {
    context_.logger.error("internal error in an endpoint: error=\"{}\"", bug.what());
    return close();
  }
  corked_ = false;
  const bool may_be_compressed = request_ && !request_->header("accept-encoding").empty();
  request_.reset();
  request_reader_->release();
  if (request_reader_->fresh()) request_reader_.reset();
  std::swap(context_.corked, context_.framed);
  if (may_be_compressed && opening_is_long()) {
    transmit_opening();
  } else {
    transmit();
  }
  if (draining_ && source_ && phase_ == Phase::answering) source_->drain(drain_retry_);
}

void Connection::serve(RequestReader::Progress progress) {
  if (progress == RequestReader::Progress::head_too_large) {
    context_.metrics.limits.count(metrics::Limit::head_bytes);
    return answer(http::problem(
        431,
        fmt::format("The address and headers are over {} bytes. Send the subscription as the body of POST "
                    "/events, or raise fastcgi.head_bytes_max.",
                    context_.settings.head_bytes_max)));
  }
  if (progress == RequestReader::Progress::body_too_large) {
    context_.metrics.limits.count(metrics::Limit::body_bytes);
    return answer(
        http::problem(413, fmt::format("The body is over {} bytes.", context_.settings.body_bytes_max)));
  }
  if (progress == RequestReader::Progress::bodies_too_large) {
    context_.metrics.limits.count(metrics::Limit::bodies_bytes);
    return answer(
        http::problem(503,
                      fmt::format("The request bodies being received take {} bytes already. Retry later.",
                                  context_.load.bodies.used()),
                      {{"Retry-After", "1"}}));
  }
  auto decoded = context_.decoder.decode(request_reader_->params());
  if (!decoded) return refuse(decoded.error());
  request_ = std::make_unique<http::Request>(std::move(decoded).value());
  request_->body = request_reader_->take_body();
  head_only_ = request_->method == "HEAD";
  // A web server that ran into trouble ends the body early: what it holds is not what was sent.
  if (knows_length(*request_) && request_->content_length != std::to_string(request_->body.size())) {
    return answer(
        http::problem(400, fmt::format("The body has {} bytes, but Content-Length is {}.",
                                       request_->body.size(), base::printable(request_->content_length))));
  }
  context_.endpoint.serve(*this);
}

}  // namespace worker::fcgi
