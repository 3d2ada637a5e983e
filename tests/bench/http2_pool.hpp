// Http2Pool: the HTTP/2 connections of the run. Fills one with as many streams as it may have before it takes
// the next. Loop thread only; all its streams have one target, which outlives it, as does the poller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>

#include "http2_connection.hpp"
#include "poller.hpp"

namespace sse::bench {

class Http2Pool {
 public:
  Http2Pool(Poller& poller, std::size_t streams_per_connection) noexcept
      : poller_(poller), streams_per_connection_(streams_per_connection) {}

  /// One with room, which may not be open.
  Http2Connection& take();

  // For its connections.

  /// Its room has changed.
  void update(const Http2Connection& connection);
  void count_connect() noexcept { ++connects_; }

  std::size_t streams_per_connection() const noexcept { return streams_per_connection_; }
  /// How often one was opened.
  std::uint64_t connects() const noexcept { return connects_; }

 private:
  Poller& poller_;
  const std::size_t streams_per_connection_;
  std::deque<Http2Connection> connections_;  // a deque, because they are watched by address
  std::set<std::size_t> with_room_;          // numbers
  std::uint64_t connects_ = 0;
};

}  // namespace sse::bench
