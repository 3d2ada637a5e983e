// GET and POST /events: subscribes to topics, as a stream or as a long poll. Without topics it is the
// greeting stream, and `$stats` is one of its own.
#pragma once

#include "api/greeting.hpp"
#include "api/stream/cursor_waitlist.hpp"
#include "api/stream/settings.hpp"
#include "api/stream/slots.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "http/exchange.hpp"
#include "hub/shard.hpp"
#include "store/store.hpp"

namespace worker::api {

/// Loop thread only; one per loop. All that is borrowed must outlive the streams.
class EventsEndpoint final : public http::Endpoint {
 public:
  EventsEndpoint(net::Timers& timers, base::Random& random, StreamSlots& slots, hub::Shard& shard,
                 const store::Store& store, http::Endpoint& greeting, http::Endpoint& stats,
                 const StreamSettings& settings, metrics::Limits& limits);

  void serve(http::Exchange& exchange) override;
  void update(const StreamSettings& settings) { settings_ = settings; }

 private:
  struct SubscribeRequest;

  base::Result<SubscribeRequest, http::Response> parse_subscribe_request(
      const http::Request& request, const http::Query& parameters,
      const std::vector<std::string_view>& topics);
  void subscribe(http::Exchange& exchange, SubscribeRequest asked);
  void wait_for_cursor(http::Exchange& exchange, SubscribeRequest asked, StreamSlots::Slot slot);
  void begin(http::Exchange& exchange, const SubscribeRequest& asked, StreamSlots::Slot slot);
  void refuse_stream(http::Exchange& exchange, bool polls, const StreamSlots::Refused& refused);
  void answer_try_again(http::Exchange& exchange, bool polls);
  void stream(http::Exchange& exchange, const SubscribeRequest& asked, StreamSlots::Slot slot,
              base::ByteBudget::Reservation share);
  void poll(http::Exchange& exchange, const SubscribeRequest& asked, StreamSlots::Slot slot,
            base::ByteBudget::Reservation share);

  net::Timers& timers_;
  base::Random& random_;
  StreamSlots& slots_;
  hub::Shard& shard_;
  const store::Store& store_;
  http::Endpoint& greeting_;
  http::Endpoint& stats_;
  StreamSettings settings_;
  CursorWaitlist cursor_waitlist_;
  metrics::Limits& limits_;
};

}  // namespace worker::api
