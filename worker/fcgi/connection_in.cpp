// The incoming half of a connection: bytes to requests, requests to the endpoint.
#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <utility>

#include "base/shown.hpp"
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
      return shared_.loop.poller().again(socket_.get(), *this, backlog_ && !held_back_);
    auto& buffer = shared_.received;
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
  if (phase_ == Phase::receiving && !early_.empty()) {
    joined = std::exchange(early_, {}).append(bytes);
    bytes = joined;
  }
  // While bytes are held for later, those behind them are not for now either.
  while (!bytes.empty() && !closed() && early_.empty()) {
    if (linger_) return;
    if (!intake_) begin_intake();
    const bool rested = intake_->at_rest();
    const auto progress = intake_->take(bytes);
    reply();
    if (closed()) return;
    if (!progress) return refuse(progress.error());
    switch (progress.value()) {
      case Intake::Progress::more:
        if (phase_ == Phase::receiving && (rested || intake_->at_rest())) arm_for_next_request();
        if (phase_ == Phase::receiving)
          counted_.as(waits_for_next() ? Counted::As::idle : Counted::As::pending);
        if (intake_->fresh()) intake_.reset();
        return;
      case Intake::Progress::held:
        return hold_early(bytes);
      case Intake::Progress::aborted:
        abort();
        break;
      default:
        dispatch(progress.value());
    }
  }
  if (!bytes.empty() && !closed()) hold_early(bytes);
}

// The next request of a peer that does not wait for answers, or what is no FastCGI; the intake has its first
// header.
void Connection::hold_early(std::string_view bytes) {
  // Without KEEP_CONN there is no next request: what comes is read away, so that the peer's leaving is seen.
  early_.append(keep_ ? bytes : bytes.substr(0, 1));
  if (early_.size() + header_bytes > early_bytes_max) return refuse(Refusal::early);
  if (!keep_) early_.resize(1);
}

void Connection::begin_intake() {
  const auto& settings = shared_.settings;
  const Intake::Limits limits{settings.head_bytes_max, settings.body_bytes_max, settings.connections_max,
                              &shared_.load.bodies};
  intake_ = phase_ == Phase::receiving ? std::make_unique<Intake>(limits)
                                       : std::make_unique<Intake>(limits, request_id_);
}

// From the first byte of a request to its last there is a deadline; a connection that was served before may
// wait.
void Connection::arm_for_next_request() {
  if (!intake_->at_rest()) return timer_.arm_in(shared_.settings.deadline);
  if (request_id_ != 0) timer_.arm_in(shared_.settings.idle);
}

// True if it was served before, and no byte of a next request has arrived.
bool Connection::waits_for_next() const {
  return request_id_ != 0 && (!intake_ || intake_->at_rest()) && early_.empty();
}

void Connection::reply() {
  auto records = intake_->take_reply();
  if (records.empty()) return;
  shared_.framed = std::move(records);
  transmit();
}

// The web server wants no answer any more, or no further bytes of one.
void Connection::abort() {
  if (phase_ == Phase::ending) return;
  release_opening();
  if (phase_ == Phase::receiving) {
    counted_.as(Counted::As::nothing);
    request_id_ = intake_->request_id();
    keep_ = intake_->keep_connection();
  }
  source_.reset();
  end_stream(Ending::reader_gone);
  shared_.framed.clear();
  append_end(shared_.framed, request_id_);
  phase_ = Phase::ending;
  timer_.cancel();
  transmit();
}

void Connection::dispatch(Intake::Progress progress) {
  counted_.as(Counted::As::nothing);
  timer_.cancel();
  phase_ = Phase::answering;
  request_id_ = intake_->request_id();
  linger_ = progress != Intake::Progress::request;
  keep_ = intake_->keep_connection() && !linger_;
  // Frees what one large answer needed.
  for (auto* scratch : {&shared_.corked, &shared_.framed}) {
    if (scratch->capacity() > scratch_bytes_max) *scratch = {};
  }
  shared_.corked.clear();
  shared_.opening_end = 0;
  corked_ = true;
  try {
    serve(progress);
  } catch (const std::exception& bug) {
    shared_.logger.error("an endpoint failed: {}", bug.what());
    return close();
  }
  corked_ = false;
  const bool may_be_compressed = request_ && !request_->header("accept-encoding").empty();
  request_.reset();
  intake_->release();
  if (intake_->fresh()) intake_.reset();
  std::swap(shared_.corked, shared_.framed);
  if (may_be_compressed && opening_is_long()) {
    transmit_opening();
  } else {
    transmit();
  }
  if (draining_ && source_ && phase_ == Phase::answering) source_->drain(drain_retry_);
}

void Connection::serve(Intake::Progress progress) {
  if (progress == Intake::Progress::head_too_large) {
    shared_.metrics.limits.count(metrics::Limit::head_bytes);
    return answer(http::problem(
        431,
        fmt::format("The address and headers are over {} bytes. Send the subscription as the body of POST "
                    "/events, or raise gate.head_bytes_max.",
                    shared_.settings.head_bytes_max)));
  }
  if (progress == Intake::Progress::body_too_large) {
    shared_.metrics.limits.count(metrics::Limit::body_bytes);
    return answer(
        http::problem(413, fmt::format("The body is over {} bytes.", shared_.settings.body_bytes_max)));
  }
  if (progress == Intake::Progress::bodies_too_large) {
    shared_.metrics.limits.count(metrics::Limit::bodies_bytes);
    return answer(
        http::problem(503,
                      fmt::format("Request bodies that are arriving take {} bytes already, so this one does "
                                  "not fit; send it again later.",
                                  shared_.load.bodies.used()),
                      {{"Retry-After", "1"}}));
  }
  auto decoded = shared_.decoder.decode(intake_->params());
  if (!decoded) return refuse(decoded.error());
  request_ = std::make_unique<http::Request>(std::move(decoded).value());
  request_->body = intake_->take_body();
  head_only_ = request_->method == "HEAD";
  // A web server that ran into trouble ends the body early: what it holds is not what was sent.
  if (knows_length(*request_) && request_->content_length != std::to_string(request_->body.size())) {
    return answer(
        http::problem(400, fmt::format("The body has {} bytes, announced were {}.", request_->body.size(),
                                       base::shown(request_->content_length))));
  }
  shared_.endpoint.serve(*this);
}

}  // namespace worker::fcgi
