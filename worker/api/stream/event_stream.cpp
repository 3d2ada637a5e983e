#include "api/stream/event_stream.hpp"

#include "sse/frame.hpp"
#include "sse/reserved_types.hpp"

namespace worker::api {

void EventStream::end_after(net::Timers& timers, metrics::Limits& limits, std::chrono::milliseconds time) {
  lifetime_ = std::make_unique<net::Timer>(timers, [this, &limits] {
    limits.count(metrics::Limit::lifetime);
    exchange_.finish();
  });
  lifetime_->arm_in(time);
}

void EventStream::drain(std::chrono::milliseconds retry) {
  std::string last;
  sse::append_retry(last, retry);
  exchange_.finish(last);
}

void EventStream::gap(log::GapReason reason, log::Sequence before, log::Sequence after) {
  const auto& log = shard_.log();
  exchange_.write(Gap{reason, log.id_of(before), log.id_of(after)}.frame());
}

void EventStream::end() {
  std::string last;
  sse::append_event(last, {.data = "{}", .type = std::string(sse::close_type)});
  exchange_.finish(last);
}

}  // namespace worker::api
