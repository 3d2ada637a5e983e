// Tally: what a group of readers has seen, counted as it happens. Shared by the readers of a group, who write
// it on the loop thread; read when the run is over.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "deliveries.hpp"
#include "histogram.hpp"
#include "poller.hpp"

namespace sse::bench {

struct Tally {
  std::uint64_t started = 0;
  /// Connecting, or waiting for their first event.
  std::uint64_t opening = 0;
  /// Have had their first event and have not ended.
  std::uint64_t live = 0;
  std::uint64_t live_most = 0;

  /// As a stream should end: `event: close`, then a whole response.
  std::uint64_t ended_with_close = 0;
  /// A whole response without it: to a browser this looks like an end, and it connects again.
  std::uint64_t ended_without_close = 0;
  /// The other ways to end, by name.
  std::map<std::string, std::uint64_t> errors;

  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  /// From connect() to the first event; of a subscription, to its first frame.
  Histogram first_event;
  std::optional<Instant> first_start;
  std::optional<Instant> last_first_event;
  Deliveries deliveries;
};

}  // namespace sse::bench
