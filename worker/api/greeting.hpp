// GET /events without topics: the greeting stream. One event at once, then one per interval, and `event:
// close` after the duration. Each stream runs on its own clock, begun when it was opened.
#pragma once

#include "api/settings.hpp"
#include "api/stream/settings.hpp"
#include "api/stream/slots.hpp"
#include "base/random.hpp"
#include "http/exchange.hpp"
#include "metrics/limits.hpp"
#include "net/timer.hpp"

namespace worker::api {

/// Loop thread only; one per loop. All that is borrowed must outlive the streams.
class GreetingEndpoint final : public http::Endpoint {
 public:
  GreetingEndpoint(net::Timers& timers, base::Random& random, StreamSlots& slots,
                   const StreamSettings& streams, const GreetingSettings& settings, metrics::Limits& limits);

  void serve(http::Exchange& exchange) override;
  /// For streams opened from now on.
  void update(const StreamSettings& streams, const GreetingSettings& settings);

 private:
  net::Timers& timers_;
  base::Random& random_;
  StreamSlots& slots_;
  metrics::Limits& limits_;
  StreamSettings streams_;
  std::shared_ptr<const GreetingSettings> settings_;  // shared with the streams that run by it
};

}  // namespace worker::api
