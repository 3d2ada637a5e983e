// How a connection leaves this process for the next one, and how it arrives there.
#include <cassert>
#include <utility>

#include "fcgi/connection.hpp"

namespace worker::fcgi {

// --- in the process that goes ---

bool Connection::source_can_be_carried() const {
  return phase_ == Phase::streaming && source_ && source_->can_be_carried();
}

// No byte of a request is in this process's memory.
bool Connection::waits_with_nothing() const {
  return phase_ == Phase::receiving && input_.is_initial() && !input_.has_pipelined();
}

void Connection::settle_in(std::chrono::milliseconds delay, std::chrono::milliseconds retry) {
  context_.loop.assert_on_thread();
  settling_ = true;
  drain_retry_ = retry;
  release_opening();
  if (is_answering() && !source_can_be_carried()) timer_.arm_in(delay);
  rest_if_waiting();
}

// What comes from now on stays in the socket, for the next process.
void Connection::rest_if_waiting() {
  if (settling_ && waits_with_nothing()) context_.loop.poller().remove(socket_.get(), *this);
}

bool Connection::is_settled() const {
  if (closed() || waits_with_nothing()) return true;
  return source_can_be_carried() && body_ == Body::complete && input_.is_initial() &&
         !input_.has_pipelined() && !writer_.opening_delayed();
}

std::optional<CarriedConnection> Connection::carry() const {
  if (closed() || !is_settled()) return std::nullopt;
  CarriedConnection carried{.request_id = writer_.request_id(),
                            .keeps = after_answer_ == AfterAnswer::receive_next,
                            .unsent = writer_.unsent()};
  if (phase_ == Phase::streaming) carried.source = source_->carry();
  return carried;
}

// --- in the next process ---

Connection::Connection(ConnectionContext& context, base::UniqueFd socket, const CarriedConnection& carried)
    : socket_(std::move(socket)),
      context_(context),
      counted_connection_(context.totals),
      timer_(context.loop.timers(), [this] { on_timer(); }),
      writer_(context.output, *this, socket_.get()) {
  context_.metrics.connections.add(1);
  writer_.continue_request(carried.request_id);
  if (carried.keeps) after_answer_ = AfterAnswer::receive_next;
  if (carried.source) {
    phase_ = Phase::streaming;
    context_.metrics.streams.add(1);
  } else {
    count_receiving();
    timer_.arm_in(was_served() ? context_.settings.idle : context_.settings.deadline);
  }
  if (context_.loop.poller().add(socket_.get(), *this, net::Poller::Trigger::edge)) {
    writer_.add_unsent(carried.unsent);
  } else {
    close();
  }
}

}  // namespace worker::fcgi
