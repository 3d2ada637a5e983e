// GET /events without topics: the greeting stream. One event at once, then one per interval, and `event:
// close` after the duration. Each stream has its own times, counted from when it began.
#pragma once

#include <memory>

#include "api/settings.hpp"
#include "api/stream/stream_context.hpp"
#include "http/exchange.hpp"

namespace worker::api {

/// Loop thread only; one per loop. The context outlives it.
class GreetingEndpoint final : public http::Endpoint {
 public:
  GreetingEndpoint(StreamContext& streams, const GreetingSettings& settings);

  void serve(http::Exchange& exchange) override;
  /// For streams that begin from now on.
  void update(const GreetingSettings& settings);

 private:
  StreamContext& streams_;
  std::shared_ptr<const GreetingSettings> settings_;  // shared with the streams that began with it
};

}  // namespace worker::api
