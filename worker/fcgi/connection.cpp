#include "fcgi/connection.hpp"

#include <sys/socket.h>

#include <cassert>
#include <utility>

namespace worker::fcgi {

Connection::Connection(ConnectionContext& context, base::UniqueFd socket)
    : socket_(std::move(socket)),
      context_(context),
      counted_connection_(context.totals),
      timer_(context.loop.timers(), [this] { on_timer(); }),
      writer_(context.output, *this, socket_.get()) {
  context_.metrics.connections.add(1);
  counted_connection_.count_as(CountedConnection::State::pending);
  timer_.arm_in(context_.settings.deadline);
  if (!context_.loop.poller().add(socket_.get(), *this, net::Poller::Trigger::edge)) close();
}

Connection::~Connection() { close(); }

// --- phases ---

// The table in the header.
bool Connection::may_follow(Phase phase, Phase next) {
  switch (phase) {
    case Phase::receiving:
      return next == Phase::answering || next == Phase::ending || next == Phase::closed;
    case Phase::answering:
      return next == Phase::streaming || next == Phase::ending || next == Phase::closed;
    case Phase::ending:
      return next == Phase::receiving || next == Phase::discarding || next == Phase::closed;
    case Phase::streaming:
      return next == Phase::ending || next == Phase::closed;
    case Phase::discarding:
      return next == Phase::closed;
    case Phase::closed:
      break;
  }
  return false;
}

// `stream_end`: why the stream ended, if it is `streaming` that ends.
void Connection::enter(Phase next, StreamEnd stream_end) {
  assert(may_follow(phase_, next));
  assert(!writer_.opening_delayed());
  assert(next != Phase::receiving || (after_answer_ == AfterAnswer::receive_next && !draining_));
  assert(next != Phase::streaming || after_answer_ != AfterAnswer::discard_input);
  assert(next != Phase::discarding || after_answer_ == AfterAnswer::discard_input);
  auto& metrics = context_.metrics;
  if (phase_ == Phase::streaming) {
    metrics.streams.add(-1);
    metrics.count(stream_end);
  }
  if (next == Phase::streaming) {
    metrics.streams.add(1);
    metrics.stream_opens.add();
  }
  phase_ = next;
}

void Connection::close(StreamEnd stream_end) {
  if (closed()) return;
  context_.loop.assert_on_thread();
  counted_connection_.count_as(CountedConnection::State::nothing);
  writer_.close();
  enter(Phase::closed, stream_end);
  timer_.cancel();
  context_.loop.poller().remove(socket_.get(), *this);
  // The peer of a socket that is closed with unread bytes in it gets an error behind the answer.
  remove_peeked();
  socket_.reset();
  context_.metrics.connections.add(-1);
  context_.schedule_after_turn(*this);
}

void Connection::refuse(Refusal refusal) {
  context_.metrics.count(refusal);
  context_.logger.debug("closed a FastCGI connection: reason={}", name_of(refusal));
  close();
}

void Connection::on_peer_gone() {
  if (phase_ == Phase::receiving && !input_.is_between_requests()) return refuse(Refusal::truncated);
  close();
}

void Connection::close_stalled() {
  context_.metrics.limits.count(metrics::Limit::stall);
  context_.metrics.stalled_closes.add();
  close(StreamEnd::slow);
}

void Connection::on_timer() {
  switch (phase_) {
    case Phase::receiving:
      // A connection that was served before and only waits has done nothing wrong.
      return waits_for_next_request() ? close() : refuse(Refusal::deadline);
    case Phase::streaming:
      if (writer_.opening_delayed()) return release_opening();
      [[fallthrough]];
    case Phase::answering:
      if (source_) source_->drain(drain_retry_);
      return;
    case Phase::discarding:
      return close();
    case Phase::ending:
    case Phase::closed:
      assert(false);  // no timer is armed
  }
}

// --- out: answers ---

void Connection::answer(const http::Response& response) {
  if (!begin_ending()) return;
  after_write(writer_.answer(response, head_lines()));
  head_lines_.reset();
}

void Connection::open(const http::ResponseHead& head) {
  if (phase_ != Phase::answering) return;
  if (writer_.omits_body()) return answer({head, {}});
  context_.loop.assert_on_thread();
  enter(Phase::streaming);
  after_write(writer_.write_head(head, head_lines()));
  head_lines_.reset();
}

void Connection::write(std::string_view payload) {
  context_.loop.assert_on_thread();
  if (phase_ == Phase::streaming) after_write(writer_.write(payload));
}

void Connection::send(const base::Bytes& wire) {
  context_.loop.assert_on_thread();
  if (phase_ == Phase::streaming) after_write(writer_.send(wire));
}

void Connection::finish(std::string_view last) {
  if (begin_ending()) after_write(writer_.finish(last));
}

// False if the answer is over already.
bool Connection::begin_ending() {
  context_.loop.assert_on_thread();
  if (!is_answering()) return false;
  release_opening();
  // What is still to come of the body has no reader any more.
  if (body_ != Body::complete) after_answer_ = AfterAnswer::discard_input;
  if (std::exchange(body_, Body::complete) == Body::held)
    context_.loop.poller().again(socket_.get(), *this, writer_.wants_writable());
  enter(Phase::ending, draining_ ? StreamEnd::drained : StreamEnd::finished);
  timer_.cancel();
  if (source_) context_.schedule_after_turn(*this);
  return true;
}

void Connection::keep(std::unique_ptr<http::Source> source) {
  context_.loop.assert_on_thread();
  source_ = std::move(source);
  // The answer may be over already: after a HEAD request, or if the client has gone. The source then lives
  // until after this turn, so that the endpoint need not ask.
  if (!is_answering()) context_.schedule_after_turn(*this);
}

bool Connection::fully_read() const {
  return closed() || (!writer_.has_backlog() && net::unread_bytes(socket_.get()) == 0);
}

std::size_t Connection::unread_bytes() const {
  return closed() ? 0 : static_cast<std::size_t>(net::unread_bytes(socket_.get()));
}

void Connection::release_opening() {
  if (writer_.release_opening()) timer_.cancel();
}

void Connection::after_write(ResponseWriter::Sent sent) {
  if (sent == ResponseWriter::Sent::all) on_all_sent();
  if (sent == ResponseWriter::Sent::peer_gone) on_peer_gone();
}

void Connection::on_all_sent() {
  if (phase_ != Phase::ending || writer_.has_backlog()) return;
  const auto& settings = context_.settings;
  if (after_answer_ == AfterAnswer::discard_input) {
    // The peer is still sending: to close now could destroy the answer on its way.
    enter(Phase::discarding);
    timer_.arm_in(settings.deadline);
    ::shutdown(socket_.get(), SHUT_WR);
    return;
  }
  const bool too_many_idle = waits_for_next_request() && context_.totals.idle >= settings.pending_max;
  if (after_answer_ == AfterAnswer::close || draining_ || too_many_idle) return close();
  enter(Phase::receiving);
  count_receiving();
  timer_.arm_in(input_.is_between_requests() ? settings.idle : settings.deadline);
  input_.resume();
  if (input_.has_pipelined()) context_.schedule_after_turn(*this);
  rest_if_waiting();
}

// --- between turns ---

void Connection::after_turn() {
  if (!is_answering()) source_.reset();
  if (phase_ == Phase::receiving && input_.has_pipelined()) take({});
}

void Connection::drain_in(std::chrono::milliseconds delay, std::chrono::milliseconds retry) {
  context_.loop.assert_on_thread();
  draining_ = true;
  drain_retry_ = retry;
  release_opening();
  if (is_answering()) timer_.arm_in(delay);
  if (phase_ == Phase::receiving && input_.is_between_requests()) close();
}

}  // namespace worker::fcgi
