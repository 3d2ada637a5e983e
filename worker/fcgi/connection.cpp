#include "fcgi/connection.hpp"

#include <fastcgi.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <exception>
#include <utility>

#include "base/shown.hpp"
#include "fcgi/record.hpp"
#include "http/problem.hpp"

namespace worker::fcgi {
namespace {

constexpr std::size_t read_bytes = 65'536;
// What may come ahead of an answer: the next request of a peer that does not wait for answers.
constexpr std::size_t early_bytes_max = 65'536;

bool starts_with_abort(std::string_view bytes) {
  return bytes.size() >= header_bytes && bytes[0] == FCGI_VERSION_1 && bytes[1] == FCGI_ABORT_REQUEST;
}

}  // namespace

Connection::Connection(Shared& shared, base::UniqueFd socket)
    : shared_(shared), socket_(std::move(socket)), timer_(shared.loop.timers(), [this] { on_deadline(); }) {
  shared_.metrics.connections.add(1);
  ++shared_.pending;
  timer_.arm_in(shared_.settings.deadline);
  if (!shared_.loop.poller().add(socket_.get(), *this, net::Poller::Trigger::edge)) close();
}

Connection::~Connection() { close(); }

void Connection::close() {
  if (closed()) return;
  if (phase_ == Phase::receiving) --shared_.pending;
  end_stream(Ending::reader_gone);
  phase_ = Phase::closed;
  timer_.cancel();
  backlog_.reset();
  shared_.loop.poller().remove(socket_.get());
  socket_.reset();
  shared_.metrics.connections.add(-1);
  shared_.sweep_later(*this);
}

void Connection::on_ready(Ready ready) {
  if (ready.writable && backlog_) flush_backlog();
  if (ready.readable && !closed()) receive(ready.hung_up);
}

// --- in: bytes to requests ---

void Connection::receive(bool hung_up) {
  // Until the socket is empty: the next edge comes only with new bytes. A read that brought less than it
  // could has emptied it; but an end that is there already has had its edge, and is read to.
  while (!closed()) {
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
  while (phase_ == Phase::receiving && !bytes.empty()) {
    if (!intake_) begin_request();
    const auto progress = intake_->take(bytes);
    if (!progress) return refuse(progress.error());
    if (progress.value() == Intake::Progress::aborted) return close();
    if (progress.value() != Intake::Progress::more) dispatch(progress.value());
  }
  if (!bytes.empty() && !closed()) hold_early(bytes);
}

void Connection::hold_early(std::string_view bytes) {
  if (linger_) return;
  early_.append(bytes);
  if (starts_with_abort(early_)) return close();
  if (keep_ && early_.size() > early_bytes_max) return refuse(Refusal::early);
  // Without KEEP_CONN there is no next request: what comes is read away, so that the peer's leaving is seen.
  if (!keep_ && early_.size() >= header_bytes) early_.clear();
}

void Connection::begin_request() {
  intake_ = std::make_unique<Intake>(
      Intake::Limits{shared_.settings.head_bytes_max, shared_.settings.body_bytes_max});
  timer_.arm_in(shared_.settings.deadline);
}

void Connection::dispatch(Intake::Progress progress) {
  --shared_.pending;
  timer_.cancel();
  phase_ = Phase::answering;
  request_id_ = intake_->request_id();
  linger_ = progress != Intake::Progress::request;
  keep_ = intake_->keep_connection() && !linger_;
  shared_.corked.clear();
  corked_ = true;
  try {
    serve(progress);
  } catch (const std::exception& bug) {
    shared_.log.error("an endpoint failed: {}", bug.what());
    return close();
  }
  corked_ = false;
  request_.reset();
  intake_.reset();
  std::swap(shared_.corked, shared_.framed);
  transmit();
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
  auto decoded = shared_.decoder.decode(intake_->params());
  if (!decoded) return refuse(decoded.error());
  request_ = std::make_unique<http::Request>(std::move(decoded).value());
  request_->body = intake_->take_body();
  head_only_ = request_->method == "HEAD";
  // A web server that ran into trouble ends the body early: what it holds is not what was sent.
  if (!request_->content_length.empty() &&
      request_->content_length != std::to_string(request_->body.size())) {
    return answer(
        http::problem(400, fmt::format("The body has {} bytes, announced were {}.", request_->body.size(),
                                       base::shown(request_->content_length))));
  }
  shared_.endpoint.serve(*this);
}

void Connection::refuse(Refusal refusal) {
  shared_.metrics.count(refusal);
  shared_.log.debug("refused a FastCGI peer: {}", name_of(refusal));
  close();
}

void Connection::on_peer_gone() {
  if (intake_) return refuse(Refusal::truncated);
  close();
}

void Connection::on_deadline() {
  switch (phase_) {
    case Phase::receiving:
      // A connection that was served before and now only waits did nothing wrong.
      if (!intake_ && request_id_ != 0) return close();
      return refuse(Refusal::deadline);
    case Phase::answering:
      if (source_) source_->drain(drain_retry_);
      return;
    case Phase::ending:
      return close();
    case Phase::closed:
      return;
  }
}

// --- out: answers to bytes ---

void Connection::answer(const http::Response& response) {
  begin_answer(response.head);
  finish(response.body);
}

void Connection::open(const http::ResponseHead& head) {
  if (phase_ != Phase::answering) return;
  begin_answer(head);
  if (head_only_) return finish({});
  streaming_ = true;
  shared_.metrics.streams.add(1);
  shared_.metrics.stream_opens.add();
}

void Connection::begin_answer(const http::ResponseHead& head) {
  if (phase_ != Phase::answering) return;
  std::string text;
  head.append_to(text);
  if (!corked_) shared_.framed.clear();
  append_stdout(frames(), request_id_, text);
  if (!corked_) transmit();
}

void Connection::write(std::string_view payload) {
  if (phase_ != Phase::answering) return;
  if (!corked_) shared_.framed.clear();
  append_stdout(frames(), request_id_, payload);
  if (!corked_) transmit();
}

void Connection::finish(std::string_view last) {
  if (phase_ != Phase::answering) return;
  if (!corked_) shared_.framed.clear();
  if (!head_only_) append_stdout(frames(), request_id_, last);
  append_end(frames(), request_id_);
  end_stream(draining_ ? Ending::drained : Ending::finished);
  phase_ = Phase::ending;
  timer_.cancel();
  if (source_) shared_.sweep_later(*this);
  if (!corked_) transmit();
}

void Connection::keep(std::unique_ptr<http::Source> source) {
  source_ = std::move(source);
  // Answered already, a HEAD request say, or the reader gone: the source lives on until the sweep, so that
  // its maker need not ask.
  if (phase_ != Phase::answering) shared_.sweep_later(*this);
}

void Connection::send(const base::Bytes& wire) {
  if (phase_ != Phase::answering) return;
  if (corked_) {
    shared_.corked += request_id_ == shared_request_id ? *wire : readdressed(*wire, request_id_);
    return;
  }
  if (request_id_ != shared_request_id) {
    shared_.framed = readdressed(*wire, request_id_);
    return transmit();
  }
  shared_.metrics.sent_bytes.add(wire->size());
  if (backlog_) return wait_for_socket(wire, 0);
  const auto sent = net::send_some(socket_.get(), wire->data(), wire->size());
  if (sent < 0) return on_peer_gone();
  if (const auto taken = static_cast<std::size_t>(sent); taken < wire->size()) wait_for_socket(wire, taken);
}

void Connection::transmit() {
  if (closed()) return;
  const auto& wire = shared_.framed;
  shared_.metrics.sent_bytes.add(wire.size());
  if (backlog_) return wait_for_socket(std::make_shared<const std::string>(wire), 0);
  const auto sent = net::send_some(socket_.get(), wire.data(), wire.size());
  if (sent < 0) return on_peer_gone();
  const auto taken = static_cast<std::size_t>(sent);
  if (taken == wire.size()) return on_all_sent();
  wait_for_socket(std::make_shared<const std::string>(wire, taken), 0);
}

void Connection::wait_for_socket(base::Bytes bytes, std::size_t offset) {
  if (!backlog_) {
    backlog_ = std::make_unique<Backlog>(*this);
    shared_.loop.poller().want_writable(socket_.get(), *this, true);
    shared_.stalls.watch(backlog_->watched);
  }
  backlog_->outbox.push(std::move(bytes), offset);
  shared_.metrics.outbox_high_water.raise(static_cast<std::int64_t>(backlog_->outbox.size_bytes()));
}

bool Connection::taken() const { return closed() || (!backlog_ && net::unread_bytes(socket_.get()) == 0); }

void Connection::flush_backlog() {
  const auto waiting = backlog_->outbox.size_bytes();
  switch (backlog_->outbox.flush(socket_.get())) {
    case net::Outbox::Flushed::blocked:
      if (backlog_->outbox.size_bytes() < waiting) shared_.stalls.watch(backlog_->watched);
      return;
    case net::Outbox::Flushed::broken:
      return on_peer_gone();
    case net::Outbox::Flushed::all:
      break;
  }
  backlog_.reset();
  shared_.loop.poller().want_writable(socket_.get(), *this, false);
  if (phase_ == Phase::answering && source_) source_->on_drained();
  on_all_sent();
}

// Its peer has taken nothing for Settings::stall.
void Connection::cut() {
  shared_.metrics.limits.count(metrics::Limit::stall);
  shared_.metrics.slow_closes.add();
  end_stream(Ending::slow);
  close();
}

void Connection::on_all_sent() {
  if (phase_ != Phase::ending || backlog_) return;
  if (linger_) {
    timer_.arm_in(shared_.settings.deadline);
    ::shutdown(socket_.get(), SHUT_WR);
  } else if (keep_ && !draining_) {
    ++shared_.pending;
    phase_ = Phase::receiving;
    timer_.arm_in(shared_.settings.idle);
    if (!early_.empty()) shared_.sweep_later(*this);
  } else {
    close();
  }
}

void Connection::end_stream(Ending ending) {
  if (!streaming_) return;
  streaming_ = false;
  shared_.metrics.streams.add(-1);
  shared_.metrics.count(ending);
}

// --- between turns ---

void Connection::go_on() {
  if (phase_ != Phase::answering) source_.reset();
  if (phase_ == Phase::receiving && !early_.empty()) take({});
}

void Connection::drain_in(std::chrono::milliseconds delay, std::chrono::milliseconds retry) {
  draining_ = true;
  drain_retry_ = retry;
  if (phase_ == Phase::answering) timer_.arm_in(delay);
  if (phase_ == Phase::receiving && !intake_) close();
}

}  // namespace worker::fcgi
