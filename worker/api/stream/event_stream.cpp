#include "api/stream/event_stream.hpp"

#include "api/stream/attendance.hpp"
#include "sse/frame.hpp"

namespace worker::api {
namespace {

// Either of what it holds may be null.
class AttendedStream final : public Attended<EventStream> {
 public:
  template <class... Args>
  AttendedStream(StreamStart start, std::unique_ptr<Attendance> attendance, std::shared_ptr<void> held,
                 Args&&... args)
      : Attended(std::move(attendance), std::move(start), std::forward<Args>(args)...),
        held_(std::move(held)) {}

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
