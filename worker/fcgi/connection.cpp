#include "fcgi/connection.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "fcgi/record.hpp"

namespace worker::fcgi {
namespace {

// A stream whose first bytes, the head with them, are more than this goes out in two steps.
constexpr std::size_t opening_bytes_max = 512;
// Between them: what a web server and a proxy take to pass the first one on.
constexpr std::chrono::milliseconds opening_pause{20};

}  // namespace

Connection::Connection(ConnectionContext& shared, base::UniqueFd socket)
    : context_(shared), socket_(std::move(socket)), timer_(shared.loop.timers(), [this] { on_deadline(); }) {
  context_.metrics.connections.add(1);
  counted_connection_.as(CountedConnection::As::pending);
  timer_.arm_in(context_.settings.deadline);
  if (!context_.loop.poller().add(socket_.get(), *this, net::Poller::Trigger::edge)) close();
}

Connection::~Connection() { close(); }

void Connection::close() {
  if (closed()) return;
  counted_connection_.as(CountedConnection::As::nothing);
  end_stream(StreamEnd::reader_gone);
  phase_ = Phase::closed;
  timer_.cancel();
  backlog_.reset();
  context_.loop.poller().remove(socket_.get(), *this);
  socket_.reset();
  context_.metrics.connections.add(-1);
  context_.destroy_after_turn(*this);
}

void Connection::on_ready(Ready ready) {
  if (ready.writable && backlog_ && !opening_delayed_) flush_backlog();
  if (ready.readable && !closed()) receive(ready.hung_up);
}

// --- ends ---

void Connection::refuse(Refusal refusal) {
  context_.metrics.count(refusal);
  context_.logger.debug("closed a FastCGI connection: reason={}", name_of(refusal));
  close();
}

void Connection::on_peer_gone() {
  if (phase_ == Phase::receiving && request_reader_ && !request_reader_->between_requests())
    return refuse(Refusal::truncated);
  close();
}

void Connection::on_deadline() {
  switch (phase_) {
    case Phase::receiving:
      // A connection that was served before and now only waits did nothing wrong.
      if (waits_for_next()) return close();
      return refuse(Refusal::deadline);
    case Phase::answering:
      if (opening_delayed_) return release_opening();
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
  context_.metrics.streams.add(1);
  context_.metrics.stream_opens.add();
}

void Connection::begin_answer(const http::ResponseHead& head) {
  if (phase_ != Phase::answering) return;
  std::string text;
  head.append_to(text);
  if (!corked_) context_.framed.clear();
  append_stdout(frames(), request_id_, text);
  if (!corked_) transmit();
}

void Connection::write(std::string_view payload) {
  if (phase_ != Phase::answering) return;
  if (!corked_) context_.framed.clear();
  append_stdout(frames(), request_id_, payload);
  mark_opening();
  if (!corked_) transmit();
}

void Connection::finish(std::string_view last) {
  if (phase_ != Phase::answering) return;
  release_opening();
  if (!corked_) context_.framed.clear();
  if (!head_only_) append_stdout(frames(), request_id_, last);
  append_end(frames(), request_id_);
  end_stream(draining_ ? StreamEnd::drained : StreamEnd::finished);
  phase_ = Phase::ending;
  timer_.cancel();
  if (source_) context_.destroy_after_turn(*this);
  if (!corked_) transmit();
}

void Connection::keep(std::unique_ptr<http::Source> source) {
  source_ = std::move(source);
  // Answered already, a HEAD request say, or the reader gone: the source lives on until the sweep, so that
  // its maker need not ask.
  if (phase_ != Phase::answering) context_.destroy_after_turn(*this);
}

void Connection::send(const base::Bytes& wire) {
  if (phase_ != Phase::answering) return;
  if (corked_) {
    context_.corked += request_id_ == shared_request_id ? *wire : with_request_id(*wire, request_id_);
    return mark_opening();
  }
  if (request_id_ != shared_request_id) {
    context_.framed = with_request_id(*wire, request_id_);
    return transmit();
  }
  context_.metrics.sent_bytes.add(wire->size());
  if (backlog_) return wait_for_socket(wire, 0);
  const auto sent = net::send_some(socket_.get(), wire->data(), wire->size());
  if (sent < 0) return on_peer_gone();
  if (const auto taken = static_cast<std::size_t>(sent); taken < wire->size()) wait_for_socket(wire, taken);
}

void Connection::transmit() {
  if (closed()) return;
  const auto& wire = context_.framed;
  context_.metrics.sent_bytes.add(wire.size());
  if (backlog_) return wait_for_socket(std::make_shared<const std::string>(wire), 0);
  const auto sent = net::send_some(socket_.get(), wire.data(), wire.size());
  if (sent < 0) return on_peer_gone();
  const auto taken = static_cast<std::size_t>(sent);
  if (taken == wire.size()) return on_all_sent();
  wait_for_socket(std::make_shared<const std::string>(wire, taken), 0);
}

// --- the first write of a stream ---

void Connection::mark_opening() {
  if (corked_ && streaming_ && context_.opening_end == 0) context_.opening_end = context_.corked.size();
}

bool Connection::opening_is_long() const {
  return streaming_ && context_.opening_end > 0 && context_.opening_end < context_.framed.size() &&
         context_.framed.size() > opening_bytes_max;
}

// Proxies judge by the first write of an answer whether to compress it (Caddy: over 512 bytes), and a
// compressed stream stands still. So the opening goes ahead, and the history follows once it has passed.
void Connection::transmit_opening() {
  auto rest = std::make_shared<const std::string>(context_.framed, context_.opening_end);
  context_.framed.resize(context_.opening_end);
  transmit();
  if (closed()) return;
  if (backlog_) return wait_for_socket(std::move(rest), 0);
  context_.metrics.sent_bytes.add(rest->size());
  // Not to be written before the timer says so: everything that follows waits behind it.
  backlog_ = std::make_unique<Backlog>(*this);
  backlog_->outbox.push(std::move(rest));
  opening_delayed_ = true;
  timer_.arm_in(opening_pause);
}

void Connection::release_opening() {
  if (!std::exchange(opening_delayed_, false)) return;
  timer_.cancel();
  wait_until_writable();
}

void Connection::wait_until_writable() {
  context_.loop.poller().want_writable(socket_.get(), *this, true);
  context_.stalls.watch(backlog_->watched);
}

void Connection::wait_for_socket(base::Bytes bytes, std::size_t offset) {
  if (!backlog_) {
    backlog_ = std::make_unique<Backlog>(*this);
    wait_until_writable();
  }
  backlog_->outbox.push(std::move(bytes), offset);
  context_.metrics.outbox_high_water.raise(static_cast<std::int64_t>(backlog_->outbox.size_bytes()));
}

bool Connection::taken() const { return closed() || (!backlog_ && net::unread_bytes(socket_.get()) == 0); }

void Connection::flush_backlog() {
  const auto waiting = backlog_->outbox.size_bytes();
  switch (backlog_->outbox.flush(socket_.get())) {
    case net::Outbox::Flushed::blocked:
      if (backlog_->outbox.size_bytes() < waiting) context_.stalls.watch(backlog_->watched);
      return;
    case net::Outbox::Flushed::broken:
      return on_peer_gone();
    case net::Outbox::Flushed::all:
      break;
  }
  backlog_.reset();
  context_.loop.poller().want_writable(socket_.get(), *this, false);
  if (phase_ == Phase::answering && source_) source_->on_drained();
  on_all_sent();
}

// Its peer has taken nothing for Settings::stall.
void Connection::cut() {
  context_.metrics.limits.count(metrics::Limit::stall);
  context_.metrics.slow_closes.add();
  end_stream(StreamEnd::slow);
  close();
}

void Connection::on_all_sent() {
  if (phase_ != Phase::ending || backlog_) return;
  if (discard_input_) {
    timer_.arm_in(context_.settings.deadline);
    ::shutdown(socket_.get(), SHUT_WR);
  } else if (keep_ && !draining_ &&
             (!waits_for_next() || context_.load.idle < context_.settings.pending_max)) {
    counted_connection_.as(waits_for_next() ? CountedConnection::As::idle : CountedConnection::As::pending);
    phase_ = Phase::receiving;
    timer_.arm_in(request_reader_ && !request_reader_->between_requests() ? context_.settings.deadline
                                                                          : context_.settings.idle);
    if (request_reader_) request_reader_->resume();
    if (!pipelined_bytes_.empty()) context_.destroy_after_turn(*this);
  } else {
    close();
  }
}

void Connection::end_stream(StreamEnd ending) {
  if (!streaming_) return;
  streaming_ = false;
  context_.metrics.streams.add(-1);
  context_.metrics.count(ending);
}

// --- between turns ---

void Connection::after_turn() {
  if (phase_ != Phase::answering) source_.reset();
  if (phase_ == Phase::receiving && !pipelined_bytes_.empty()) take({});
}

void Connection::drain_in(std::chrono::milliseconds delay, std::chrono::milliseconds retry) {
  draining_ = true;
  drain_retry_ = retry;
  release_opening();
  if (phase_ == Phase::answering) timer_.arm_in(delay);
  if (phase_ == Phase::receiving && (!request_reader_ || request_reader_->between_requests())) close();
}

}  // namespace worker::fcgi
