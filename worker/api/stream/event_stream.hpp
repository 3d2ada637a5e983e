// EventStream: a subscriber that receives its events as text/event-stream.
#pragma once

#include <cstddef>
#include <map>
#include <optional>

#include "api/stream/attendance.hpp"
#include "api/stream/stream_context.hpp"
#include "api/stream/subscribe_request.hpp"
#include "hub/shard.hpp"
#include "log/template_cache.hpp"

namespace worker::api {

/// Loop thread only. Owned by its exchange.
class EventStream : public Stream, public hub::Subscriber, public OpenStream {
 public:
  EventStream(StreamStart start, hub::Shard& shard, base::Instant now, HeartbeatMode heartbeats)
      : Stream(std::move(start)), hub::Subscriber(heartbeats), OpenStream(now), shard_(shard) {}

  void on_drained() override { shard_.on_drained(*this); }
  bool can_be_carried() const override { return true; }
  http::CarriedSource carry() const override;

  bool ready() const override { return exchange_.ready(); }
  bool fully_read() const override { return exchange_.fully_read(); }
  void deliver(const hub::Batch& batch) override { exchange_.send(batch.wire); }
  void heartbeat(const base::Bytes& wire) override { exchange_.send(wire); }
  void gap(log::GapReason reason, log::Sequence before, log::Sequence after) override;
  void end() override { close(); }

  std::string_view subject() const override { return slot_subject(); }
  const log::Subscription& topics() const override { return subscription(); }
  std::size_t waiting_bytes() const override { return exchange_.waiting_bytes(); }
  std::size_t unread_bytes() const override { return exchange_.unread_bytes(); }
  void revoke() override { expire(ExpiryReason::revoked); }

 private:
  std::string cursor() const override;

  hub::Shard& shard_;
};

/// Continues with a stream that another process has begun, or ends it where it cannot continue, so that its
/// client comes back. Loop thread, or before the loop runs.
class CarriedStreams {
 public:
  /// All that is borrowed outlives it.
  CarriedStreams(StreamContext& streams, hub::Shard& shard, log::TemplateCache& templates,
                 Attendances attendances)
      : streams_(streams), shard_(shard), templates_(templates), attendances_(attendances) {}

  void continue_with(http::Exchange& exchange, const http::CarriedSource& carried);
  /// Streams that could not continue, so far.
  std::size_t ended() const { return ended_; }

 private:
  const log::Subscription* subscription_of(const base::Bytes& shared);
  bool try_to_continue(http::Exchange& exchange, const http::CarriedSource& carried);

  StreamContext& streams_;
  hub::Shard& shard_;
  log::TemplateCache& templates_;
  const Attendances attendances_;
  std::size_t ended_ = 0;
  // Each is parsed once; none where it cannot be.
  std::map<base::Bytes, std::optional<log::Subscription>> subscriptions_;
};

/// Begins the stream of `request` at `start` and subscribes it.
void begin_event_stream(StreamContext& streams, hub::Shard& shard, http::Exchange& exchange,
                        const SubscribeRequest& request, const ResumeStart& start, Admission admission);

}  // namespace worker::api
