#include "api/stream/long_poll.hpp"

#include <algorithm>
#include <iterator>

#include "api/request/quoted.hpp"
#include "api/stream/attendance.hpp"
#include "base/percent.hpp"
#include "sse/frame.hpp"

namespace worker::api {
namespace {

class AttendedPoll final : public Attended<LongPoll> {
 public:
  using Attended::Attended;

 private:
  std::string more_members() const override { return attendance_->here_member(subscription()); }
};

}  // namespace

LongPoll::LongPoll(http::Exchange& exchange, hub::Shard& shard, net::Timers& timers, StreamSlots::Slot slot,
                   Details details)
    : OpenStream(timers.now()),
      exchange_(exchange),
      shard_(shard),
      slot_(std::move(slot)),
      timer_(timers, [this] { respond(false); }),
      details_(std::move(details)) {}

void LongPoll::drain(std::chrono::milliseconds /*retry*/) { respond(false); }

void LongPoll::deliver(const hub::Batch& batch) {
  for (const auto& entry : batch.entries) {
    details_.cursor = shard_.log().id_of(*entry);
    const auto event = sse::parse_event(entry->frame());
    if (!event) continue;  // it only moves the cursor
    events_ += events_.empty() ? "{\"id\":" : ",{\"id\":";
    append_json_string(events_, details_.cursor);
    events_ += ",\"event\":";
    append_json_string(events_, event->type.empty() ? "message" : event->type);
    events_ += ",\"data\":";
    append_json_string(events_, event->data);
    append_topics(entry->topics());
    events_ += '}';
  }
  const auto end = shard_.log().closed_at(subscription());
  respond(end != 0 && batch.entries.back()->sequence() >= end);
}

// The topics and patterns that the request asked for.
void LongPoll::append_topics(const log::Entry::Topics& topics) {
  events_ += ",\"topics\":[";
  std::string_view before;
  for (const auto topic : topics) {
    if (!subscription().matches(topic)) continue;
    events_ += std::exchange(before, ",");
    append_json_string(events_, topic);
  }
  events_ += ']';
}

void LongPoll::gap(log::GapReason reason, log::Sequence before, log::Sequence after) {
  const auto& log = shard_.log();
  details_.gap = Gap{reason, log.id_of(before), log.id_of(after)}.json();
}

void LongPoll::respond(bool closed) {
  if (!exchange_.ready()) return;
  auto body = "{\"events\":[" + std::exchange(events_, {}) + "],\"lastEventId\":";
  append_json_string(body, details_.cursor);
  const auto stream = details_.address + "&lastEventId=" + base::percent_encoded(details_.cursor);
  if (!details_.address.empty() && stream.size() <= address_bytes_max) {
    body += ",\"stream\":";
    append_json_string(body, stream);
  }
  if (!details_.gap.is_null())
    body += ",\"gap\":" + details_.gap.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  body += more_members();
  if (closed) body += ",\"closed\":true";
  if (!details_.notice.empty()) {
    body += ",\"notice\":";
    append_json_string(body, details_.notice);
  }
  exchange_.answer(http::plain_response("application/json", body + "}\n"));
}

void begin_long_poll(StreamContext& streams, hub::Shard& shard, http::Exchange& exchange,
                     const SubscribeRequest& request, const ResumeStart& start, Admission admission) {
  auto address_bytes = streams.take_bytes(exchange, Delivery::poll, request.address.size());
  if (!address_bytes) return;
  const auto& log = shard.log();
  const auto gap = start.gap(log);
  const bool resumes = start.cursor && !gap && *start.cursor != "earliest";
  LongPoll::Details details{.cursor = resumes ? *start.cursor : log.id_of(start.point.after),
                            .address = request.address,
                            .address_bytes = std::move(*address_bytes),
                            .notice = request.notice.value_or("")};
  if (gap) {
    shard.count_gap();
    details.gap = gap->json();
  }
  auto& attendance = admission.attendance;
  auto source = attendance
                    ? std::make_unique<AttendedPoll>(std::move(attendance), exchange, shard, streams.timers(),
                                                     std::move(admission.slot), std::move(details))
                    : std::make_unique<LongPoll>(exchange, shard, streams.timers(), std::move(admission.slot),
                                                 std::move(details));
  auto& poll = *source;
  exchange.keep(std::move(source));
  shard.subscribe(poll, request.subscription, start.point.after, start.point.evictions_seen,
                  std::move(admission.bytes));
  // The client learns of a gap at once; an answer to HEAD has nothing to wait for.
  const bool at_once = gap || request.head_only;
  if (at_once) return poll.wait_for({});
  streams.open_streams().add(poll);
  auto wait = std::min<base::Instant::duration>(*request.poll, streams.settings().poll_max);
  if (admission.grant_ends)
    wait = std::min(wait, streams.jittered(*admission.grant_ends) - streams.timers().now());
  poll.wait_for(std::chrono::ceil<std::chrono::milliseconds>(std::max(wait, base::Instant::duration(0))));
}

}  // namespace worker::api
