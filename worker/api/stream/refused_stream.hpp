// The answer to a stream or long poll that cannot have a slot, or memory or templates for its subscription.
#pragma once

#include "api/stream/settings.hpp"
#include "api/stream/slots.hpp"
#include "base/random.hpp"
#include "http/response.hpp"
#include "metrics/limits.hpp"

namespace worker::api {

/// How long one of `recent` refused clients should wait: random, and the longer the more they are, so that
/// about a hundred of them ask per second; at most a minute, or `retry` if that is longer.
std::chrono::milliseconds wait_for_slot(std::size_t recent, const StreamSettings& settings,
                                        base::Random& random);

/// A stream without events that says when to reconnect: an EventSource that gets an error status never
/// reconnects, and the next slot may be free in a second. Counted.
http::Response refused_stream(const StreamSlots::Refused& refused, const StreamSettings& settings,
                              base::Random& random, metrics::Limits& limits);

/// 503 where all slots, the bytes of all subscriptions or all templates are taken; 429 where the address or
/// the subject is at its limit. Both have Retry-After, in seconds. Counted.
http::Response refused_poll(const StreamSlots::Refused& refused, const StreamSettings& settings,
                            base::Random& random, metrics::Limits& limits);

}  // namespace worker::api
