// Deliveries: the published events a group of readers has seen, counted as they come. Written on the loop
// thread; read when the run is over.
#pragma once

#include <cstdint>
#include <optional>

#include "histogram.hpp"
#include "poller.hpp"

namespace sse::bench {

struct Deliveries {
  /// Each event once per reader.
  std::uint64_t fresh = 0;
  /// Of these, those that came behind a later one.
  std::uint64_t reordered = 0;
  /// Came again to a reader who had it.
  std::uint64_t repeated = 0;
  /// Data without a stamp: of somebody else.
  std::uint64_t foreign = 0;
  /// The hub said that it could not give everything after the reader's cursor.
  std::uint64_t gaps_told = 0;
  /// From when an event was to be published to when its reader had it.
  Histogram latency;
  std::optional<Instant> last;
};

}  // namespace sse::bench
