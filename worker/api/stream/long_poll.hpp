// LongPoll: a subscriber without streaming: one JSON answer, as soon as there is something, or empty when the
// time is up.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/stream/gap.hpp"
#include "api/stream/slots.hpp"
#include "http/exchange.hpp"
#include "hub/shard.hpp"

namespace worker::api {

/// Loop thread only. Owned by its exchange. The answer is
/// `{"events":[{"id":…,"event":…,"data":…,"topics":[…]}],"lastEventId":…,"stream":…}`, with `"gap"` or
/// `"closed":true` where they apply. `topics` are those of the event that were asked for: the others are
/// nothing that this reader has shown to know.
class LongPoll final : public http::Source, public hub::Subscriber {
 public:
  /// `cursor` is what an answer without events repeats.
  LongPoll(http::Exchange& exchange, hub::Shard& shard, net::Timers& timers, StreamSlots::Slot slot,
           std::string cursor);

  void wait_for(std::chrono::milliseconds time) { timer_.arm_in(time); }
  /// The address that subscribes to the same, without a cursor: with one it is the answer's `stream`. Left
  /// out where a web server may not take an address of that length; POST takes it.
  void set_address(std::string address, base::ByteBudget::Reservation share);
  /// Longer ones are left out: the line of a request has to fit one of nginx's buffers
  /// (large_client_header_buffers), which have 8 KB.
  static constexpr std::size_t address_bytes_max = 8'000;
  /// A sentence for the person who reads the answer.
  void set_notice(std::string notice) { notice_ = std::move(notice); }
  /// Told in the next answer.
  void set_gap(nlohmann::ordered_json gap) { gap_ = std::move(gap); }

  void drain(std::chrono::milliseconds retry) override;

  bool ready() const override { return exchange_.ready(); }
  bool taken() const override { return true; }
  bool takes_single_batch() const override { return true; }
  void deliver(const hub::Batch& batch) override;
  void heartbeat(const base::Bytes& /*wire*/) override {}
  void gap(log::GapReason reason, log::Sequence before, log::Sequence after) override;
  void end() override { answer(true); }

 private:
  void answer(bool closed);
  void append_topics(const log::Entry::Topics& topics);

  http::Exchange& exchange_;
  hub::Shard& shard_;
  const StreamSlots::Slot slot_;
  net::Timer timer_;
  std::string cursor_;
  std::string address_;
  base::ByteBudget::Reservation address_share_;  // of the bytes of all subscriptions
  std::string notice_;
  nlohmann::ordered_json gap_;
  std::string events_;  // JSON objects, separated by commas
};

}  // namespace worker::api
