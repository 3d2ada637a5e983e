// Backpressure: what happens to a subscriber, or to a web server, that reads more slowly than events come.
// This is all of it, in the order in which it takes effect:
//
// 1. The web server has not read the last flush: FlushPacer delays the next one, so that it has more events
//    per write. At most Settings::flush_interval_max; nobody misses anything.
// 2. The subscriber's socket is full after something was sent to it: after_sending() takes it out of the
//    flushes. It is slow now. What its socket did not take waits for it, at most batch_bytes() or one event;
//    nothing else is queued for it. When its socket has drained, Replay sends it the next slice of the log.
// 3. Where all it asked for conflates (Settings::conflate), a slow subscriber skips superseded values: see
//    Conflation. Counted: sse_worker_conflated_events_total.
// 4. The history evicts events before it has read them: Subscriber::gap() tells it. Counted:
//    sse_worker_gaps_total.
// 5. Its socket takes nothing for streams.stall_seconds: the FastCGI connection closes it, as any other peer
//    (net::StallWatch, fcgi::Connection). Counted: sse_worker_stalled_closes_total.
//
// A long poll takes one batch and is answered with it, so it is never slow. Loop thread only.
#pragma once

#include <algorithm>

#include "hub/cohort.hpp"
#include "hub/settings.hpp"

namespace worker::hub {

/// Bytes of events in one delivery to a stream, unless one event has more.
inline std::size_t batch_bytes(const Settings& settings) {
  return std::min(settings.outbox_bytes_max, batch_bytes_max);
}
/// The same for a subscriber that takes a single batch: nothing else waits for it meanwhile.
inline constexpr std::size_t single_batch_bytes = 131'072;

/// Something was sent to the first of the cohort's `unsent`, which has everything up to `position` now. It
/// stays live if its socket took all of it. Otherwise it is slow: the only place where that is decided.
inline void after_sending(Cohort& cohort, Subscriber& subscriber, log::Sequence position) {
  if (subscriber.ready()) {
    cohort.unsent.pop_front();
    cohort.live.push_back(subscriber);
  } else {
    cohort.join_catching_up(subscriber, position, true);
  }
}

}  // namespace worker::hub
