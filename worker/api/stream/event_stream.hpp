// EventStream: a subscriber's text/event-stream: the hub's reader on one side, the exchange's source on the
// other.
#pragma once

#include <memory>

#include "api/stream/gap.hpp"
#include "api/stream/slots.hpp"
#include "http/exchange.hpp"
#include "hub/shard.hpp"
#include "metrics/limits.hpp"

namespace worker::api {

/// Loop thread only. Owned by its exchange.
class EventStream final : public http::Source, public hub::Subscriber {
 public:
  EventStream(http::Exchange& exchange, hub::Shard& shard, StreamSlots::Slot slot, HeartbeatMode heartbeats)
      : hub::Subscriber(heartbeats), exchange_(exchange), shard_(shard), slot_(std::move(slot)) {}

  /// Ends the stream after `time`, and counts that; the reader comes back with its cursor.
  void end_after(net::Timers& timers, metrics::Limits& limits, std::chrono::milliseconds time);

  void drain(std::chrono::milliseconds retry) override;
  void on_drained() override { shard_.on_drained(*this); }

  bool ready() const override { return exchange_.ready(); }
  bool taken() const override { return exchange_.taken(); }
  void deliver(const hub::Batch& batch) override { exchange_.send(batch.wire); }
  void heartbeat(const base::Bytes& wire) override { exchange_.send(wire); }
  void gap(log::GapReason reason, log::Sequence before, log::Sequence after) override;
  void end() override;

 private:
  http::Exchange& exchange_;
  hub::Shard& shard_;
  const StreamSlots::Slot slot_;
  std::unique_ptr<net::Timer> lifetime_;  // only where lifetimes are limited
};

}  // namespace worker::api
