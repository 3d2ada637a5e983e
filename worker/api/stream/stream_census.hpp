// StreamCensus: how old the streams and long polls of one loop are, and how many bytes their sockets hold
// that the web server has not read. Once a second it looks at the next ones, so its cost for the loop has a
// bound however many there are, and no stream remembers anything for it; the metrics are those of the last
// round over all. The kernel is asked for every stream, and not only for those whose socket is full: a socket
// holds 200 KB before it is. Owned by the reactor; loop thread only.
#pragma once

#include <array>
#include <cstdint>

#include "api/stream/metrics.hpp"
#include "api/stream/open_streams.hpp"
#include "net/timer.hpp"

namespace worker::api {

class StreamCensus {
 public:
  static constexpr std::chrono::milliseconds interval{1'000};
  /// In one interval, and fewer where they take longer than a turn: 1,000 take about a millisecond.
  static constexpr std::size_t streams_max = 1'000;

  /// All that is borrowed outlives it. Idle until start().
  StreamCensus(OpenStreams& streams, net::Timers& timers, StreamMetrics& metrics)
      : streams_(streams), metrics_(metrics), timers_(timers), timer_(timers, [this] { on_time(); }) {}

  void start() { timer_.arm_in(interval); }

 private:
  struct Count {
    std::array<std::int64_t, stream_ages.size()> by_age{};
    std::int64_t unread_bytes = 0;
  };

  void on_time();
  void add(const OpenStream& stream, base::Instant now);
  void end_round();

  OpenStreams& streams_;
  StreamMetrics& metrics_;
  net::Timers& timers_;
  net::Timer timer_;
  Count round_;  // of the round under way
  Count told_;   // this loop's part of the metrics
};

}  // namespace worker::api
