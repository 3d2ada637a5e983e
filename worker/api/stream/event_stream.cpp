#include "api/stream/event_stream.hpp"

#include <utility>

#include "api/stream/attendance.hpp"
#include "api/stream/carried_stream.hpp"
#include "api/stream/gap.hpp"
#include "hub/subscription_bytes.hpp"
#include "sse/frame.hpp"

namespace worker::api {
namespace {

// Either of what it holds may be null. A next process makes the attendance anew. It cannot do so with what is
// held for the Mercure protocol, whose subscriptions have ids that others have been told.
class AttendedStream final : public Attended<EventStream> {
 public:
  template <class... Args>
  AttendedStream(StreamStart start, std::unique_ptr<Attendance> attendance, std::shared_ptr<void> held,
                 Args&&... args)
      : Attended(std::move(attendance), std::move(start), std::forward<Args>(args)...),
        held_(std::move(held)) {}

  bool can_be_carried() const override { return held_ == nullptr; }

 private:
  const std::shared_ptr<void> held_;
};

}  // namespace

void EventStream::gap(log::GapReason reason, log::Sequence before, log::Sequence after) {
  const auto& log = shard_.log();
  exchange_.write(Gap{reason, log.id_of(before), log.id_of(after)}.frame());
}

std::string EventStream::cursor() const {
  const auto position = shard_.position_of(*this);
  return position ? shard_.log().id_of(*position) : std::string();
}

http::CarriedSource EventStream::carry() const {
  const CarriedStream carried{.cursor = cursor(),
                              .subject = std::string(slot_subject()),
                              .network = slot_network(),
                              .since = since(),
                              .end = latest_end(),
                              .heartbeats = heartbeat_mode()};
  return {std::make_shared<const std::string>(packed(subscription())), carried.packed()};
}

const log::Subscription* CarriedStreams::subscription_of(const base::Bytes& shared) {
  auto place = subscriptions_.find(shared);
  if (place == subscriptions_.end())
    place = subscriptions_.emplace(shared, parse_subscription(*shared, templates_)).first;
  return place->second ? &*place->second : nullptr;
}

void CarriedStreams::continue_with(http::Exchange& exchange, const http::CarriedSource& carried) {
  if (try_to_continue(exchange, carried)) return;
  ++ended_;
  streams_.end_again(exchange);
}

bool CarriedStreams::try_to_continue(http::Exchange& exchange, const http::CarriedSource& carried) {
  const auto stream = CarriedStream::parse(carried.own);
  const auto* subscription = subscription_of(carried.shared);
  const auto& log = shard_.log();
  if (!stream || subscription == nullptr || !log.ready()) return false;
  const auto point = log.resume(*subscription, stream->cursor);
  // Its event may come later: the client does what it does after a crash.
  if (point.gap && point.may_arrive) return false;
  auto slot = streams_.take_slot_again(stream->network, stream->subject);
  if (!slot) return false;
  const auto size = shard_.has(*subscription) ? 0 : hub::subscription_bytes(*subscription);
  auto bytes = streams_.take_bytes_again(size);
  if (!bytes) return false;
  const auto coverage = attendances_.coverage(*subscription);
  auto attendance_bytes = streams_.take_bytes_again(coverage.empty() ? 0 : coverage.bytes(stream->subject));
  if (!attendance_bytes) return false;
  const auto make = [&]<class S>(std::type_identity<S>, auto&&... more) -> EventStream& {
    return streams_.continue_stream<S>(exchange, std::move(*slot), stream->end, std::move(more)..., shard_,
                                       stream->since, stream->heartbeats);
  };
  auto& begun = coverage.empty()
                    ? make(std::type_identity<EventStream>())
                    : make(std::type_identity<AttendedStream>(),
                           attendances_.enter(coverage, stream->subject, hooks::Readers::Kind::stream,
                                              std::move(*attendance_bytes)),
                           std::shared_ptr<void>());
  if (point.gap) {
    shard_.count_gap();
    exchange.write(Gap{*point.gap, stream->cursor, log.id_of(point.after)}.frame());
  }
  shard_.subscribe_again(begun, *subscription, point, std::move(*bytes));
  streams_.open_streams().add(begun);
  return true;
}

void begin_event_stream(StreamContext& streams, hub::Shard& shard, http::Exchange& exchange,
                        const SubscribeRequest& request, const ResumeStart& start, Admission admission) {
  const auto& log = shard.log();
  std::string first;
  if (request.notice) sse::append_comment(first, *request.notice);
  // The gap is a write of its own: with a long cursor it would make the first write so long that proxies
  // compress the stream. It comes before anything that moves the client's cursor: a client that leaves
  // between the two would never learn of the gap.
  std::string gap_frame;
  if (const auto gap = start.gap(log)) {
    shard.count_gap();
    gap_frame = gap->frame();
  }
  // A client that leaves before its first event needs a cursor to resume from.
  if (request.heartbeats == hub::Subscriber::HeartbeatMode::events) {
    sse::append_heartbeat(gap_frame.empty() ? first : gap_frame, log.id_of(start.point.after),
                          shard.heartbeat_interval());
  } else if (gap_frame.empty()) {
    sse::append_cursor(first, log.id_of(start.point.after));
  }
  const auto headers = request.headers ? request.headers(start, log) : StreamHeaders();
  auto& attendance = admission.attendance;
  const auto here = attendance ? attendance->here_frames(request.subscription) : std::string();
  const auto begin = [&]<class S>(std::type_identity<S>, auto&&... more) -> EventStream& {
    return streams.begin_stream<S>(exchange, std::move(admission.slot), admission.grant_ends,
                                   {.first = first, .headers = headers}, std::move(more)..., shard,
                                   streams.timers().now(), request.heartbeats);
  };
  auto held = request.hold && !request.head_only ? request.hold() : nullptr;
  auto& stream = attendance || held
                     ? begin(std::type_identity<AttendedStream>(), std::move(attendance), std::move(held))
                     : begin(std::type_identity<EventStream>());
  if (!gap_frame.empty()) exchange.write(gap_frame);
  if (!here.empty()) exchange.write(here);
  // It is long, too.
  if (request.resume) exchange.write(request.resume->frame());
  shard.subscribe(stream, request.subscription, start.point.after, start.point.evictions_seen,
                  std::move(admission.bytes));
  streams.open_streams().add(stream);
}

}  // namespace worker::api
