// EventStream: a subscriber that receives its events as text/event-stream.
#pragma once

#include "api/stream/stream_context.hpp"
#include "api/stream/subscribe_request.hpp"
#include "hub/shard.hpp"

namespace worker::api {

/// Loop thread only. Owned by its exchange.
class EventStream : public Stream, public hub::Subscriber, public OpenStream {
 public:
  EventStream(StreamStart start, hub::Shard& shard, base::Instant now, HeartbeatMode heartbeats)
      : Stream(std::move(start)), hub::Subscriber(heartbeats), OpenStream(now), shard_(shard) {}

  void on_drained() override { shard_.on_drained(*this); }

  bool ready() const override { return exchange_.ready(); }
  bool fully_read() const override { return exchange_.fully_read(); }
  void deliver(const hub::Batch& batch) override { exchange_.send(batch.wire); }
  void heartbeat(const base::Bytes& wire) override { exchange_.send(wire); }
  void gap(log::GapReason reason, log::Sequence before, log::Sequence after) override;
  void end() override { close(); }

  std::string_view subject() const override { return slot_subject(); }
  const log::Subscription& topics() const override { return subscription(); }
  std::size_t waiting_bytes() const override { return exchange_.waiting_bytes(); }
  void revoke() override { expire(ExpiryReason::revoked); }

 private:
  std::string cursor() const override;

  hub::Shard& shard_;
};

/// Begins the stream of `request` at `start` and subscribes it.
void begin_event_stream(StreamContext& streams, hub::Shard& shard, http::Exchange& exchange,
                        const SubscribeRequest& request, const ResumeStart& start, Admission admission);

}  // namespace worker::api
