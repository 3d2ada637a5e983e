#include "api/stream/stream_context.hpp"

#include <algorithm>
#include <iterator>

#include "api/stream/attendance.hpp"
#include "api/stream/refused_stream.hpp"
#include "http/problem.hpp"
#include "sse/frame.hpp"

namespace worker::api {

Admission::Admission(StreamSlots::Slot taken, std::optional<base::Instant> ends,
                     base::ByteBudget::Reservation share)
    : slot(std::move(taken)), grant_ends(ends), bytes(std::move(share)) {}

Admission::Admission(Admission&&) noexcept = default;

Admission::~Admission() = default;

std::optional<StreamSlots::Slot> StreamContext::take_slot(http::Exchange& exchange, Delivery delivery,
                                                          std::string_view subject) {
  auto slot = slots_.take(exchange.request().remote_address, timers_.now(), subject);
  if (slot) return std::move(slot).value();
  exchange.answer(refusal(delivery, slot.error()));
  return std::nullopt;
}

std::optional<base::ByteBudget::Reservation> StreamContext::take_bytes(http::Exchange& exchange,
                                                                       Delivery delivery, std::size_t bytes) {
  auto reserved = slots_.take_bytes(bytes, timers_.now());
  if (reserved) return std::move(reserved).value();
  exchange.answer(refusal(delivery, reserved.error()));
  return std::nullopt;
}

std::optional<StreamSlots::Slot> StreamContext::take_slot_again(const std::optional<http::Network>& network,
                                                                std::string_view subject) {
  auto slot = slots_.take(network, timers_.now(), subject);
  if (!slot) return std::nullopt;
  return std::move(slot).value();
}

std::optional<base::ByteBudget::Reservation> StreamContext::take_bytes_again(std::size_t bytes) {
  auto reserved = slots_.take_bytes(bytes, timers_.now());
  if (!reserved) return std::nullopt;
  return std::move(reserved).value();
}

void StreamContext::end_again(http::Exchange& exchange) {
  std::string last;
  sse::append_retry(last, random_.between(settings_.retry, settings_.retry + settings_.retry_jitter));
  exchange.finish(last);
}

http::Response StreamContext::templates_full(Delivery delivery) {
  return refusal(delivery, slots_.templates_full(timers_.now()));
}

http::Response StreamContext::refusal(Delivery delivery, const StreamSlots::Refused& refused) {
  const auto response = delivery == Delivery::poll ? refused_poll : refused_stream;
  return response(refused, settings_, random_, limits_);
}

// An EventSource that gets a 503 never reconnects. The reason is in the log: it has paths and addresses,
// which subscribers must not see.
void StreamContext::answer_try_again(http::Exchange& exchange, Delivery delivery) {
  if (delivery == Delivery::poll) {
    return exchange.answer(
        http::problem(503, "The history is not loaded yet. Retry later.", {{"Retry-After", "1"}}));
  }
  auto body = stream_opening(settings_, random_);
  sse::append_comment(body, "the history is not loaded yet; reconnect");
  exchange.answer({stream_head(), std::move(body)});
}

void StreamContext::open(http::Exchange& exchange, std::unique_ptr<Stream> stream, StreamOpening opening) {
  auto head = stream_head();
  std::ranges::move(opening.headers, std::back_inserter(head.headers));
  exchange.open(head);
  exchange.keep(std::move(stream));
  exchange.write(stream_opening(settings_, random_).append(opening.first));
}

void StreamContext::set_end(Stream& stream, std::optional<base::Instant> grant_ends) {
  constexpr auto never = base::Instant::max();
  const auto& lifetime = settings_.lifetime;
  const auto last =
      lifetime.count() > 0 ? timers_.now() + random_.between(lifetime * 4 / 5, lifetime) : never;
  const auto expiry = grant_ends ? jittered(*grant_ends) : never;
  if (std::min(last, expiry) == never) return;
  set_end(stream, {std::min(last, expiry), expiry <= last});
}

void StreamContext::set_end(Stream& stream, const StreamEnd& end) {
  stream.expires_ = end.expires;
  stream.end_timer_ = std::make_unique<net::Timer>(timers_, [&stream, &limits = limits_] {
    if (stream.expires_) return stream.expire(ExpiryReason::expired);
    limits.count(metrics::Limit::lifetime);
    stream.exchange_.finish();
  });
  stream.end_timer_->arm(end.at);
}

base::Instant StreamContext::jittered(base::Instant grant_ends) {
  constexpr std::chrono::milliseconds most{10'000};
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(grant_ends - timers_.now());
  // A twentieth of the time that is left: a grant of a minute ends at most three seconds early.
  const auto early = std::clamp<std::chrono::milliseconds>(left / 20, std::chrono::milliseconds(0), most);
  return grant_ends - random_.between(std::chrono::milliseconds(0), early);
}

}  // namespace worker::api
