// LongPoll: a subscriber that gets one JSON answer: as soon as there are events, or without events when its
// time is over.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/stream/stream_context.hpp"
#include "api/stream/subscribe_request.hpp"
#include "hub/shard.hpp"

namespace worker::api {

/// Loop thread only. Owned by its exchange. The answer is
/// `{"events":[{"id":…,"event":…,"data":…,"topics":[…]}],"lastEventId":…,"stream":…}`, with `"gap"`,
/// `"closed":true`, `"notice"` or `"presence"` where they apply. `topics` are those of the event that the
/// request asked for: the client has not shown that it knows the others.
class LongPoll : public http::Source, public hub::Subscriber, public OpenStream {
 public:
  /// Longer addresses are left out of the answer: the line of a request has to fit one of nginx's buffers
  /// (large_client_header_buffers), which have 8 KB.
  static constexpr std::size_t address_bytes_max = 8'000;

  /// What the answer says beside its events.
  struct Details {
    /// For an answer without events.
    std::string cursor;
    /// The address that subscribes to the same, without a cursor: with one it is the answer's `stream`.
    /// Empty: the answer has none.
    std::string address{};
    base::ByteBudget::Reservation address_bytes{};
    /// A sentence for the person who reads the answer; may be empty.
    std::string notice{};
    /// Null: there is none.
    nlohmann::ordered_json gap{};
  };

  LongPoll(http::Exchange& exchange, hub::Shard& shard, net::Timers& timers, StreamSlots::Slot slot,
           Details details);

  /// Answers after `time` at the latest.
  void wait_for(std::chrono::milliseconds time) { timer_.arm_in(time); }

  void drain(std::chrono::milliseconds retry) override;

  bool ready() const override { return exchange_.ready(); }
  bool fully_read() const override { return true; }
  bool takes_single_batch() const override { return true; }
  void deliver(const hub::Batch& batch) override;
  void heartbeat(const base::Bytes& /*wire*/) override {}
  void gap(log::GapReason reason, log::Sequence before, log::Sequence after) override;
  void end() override { respond(true); }

  std::string_view subject() const override { return slot_.subject(); }
  const log::Subscription& topics() const override { return subscription(); }
  std::size_t waiting_bytes() const override { return exchange_.waiting_bytes(); }
  std::size_t unread_bytes() const override { return exchange_.unread_bytes(); }
  void revoke() override { respond(false); }

 private:
  /// Of the answer, with a comma before them.
  virtual std::string more_members() const { return {}; }
  void respond(bool closed);
  void append_topics(const log::Entry::Topics& topics);

  http::Exchange& exchange_;
  hub::Shard& shard_;
  const StreamSlots::Slot slot_;
  net::Timer timer_;
  Details details_;
  std::string events_;  // JSON objects, separated by commas
};

/// Begins the long poll of `request` at `start` and subscribes it.
void begin_long_poll(StreamContext& streams, hub::Shard& shard, http::Exchange& exchange,
                     const SubscribeRequest& request, const ResumeStart& start, Admission admission);

}  // namespace worker::api
