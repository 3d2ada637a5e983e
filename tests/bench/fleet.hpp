// Fleet: the streams of the run. Opens them at an even rate, or as fast as the server takes them, and keeps
// them. Loop thread only; the poller outlives it.
#pragma once

#include <cstdint>
#include <deque>

#include "poller.hpp"
#include "reader.hpp"
#include "tally.hpp"
#include "target.hpp"

namespace sse::bench {

struct FleetPlan {
  std::uint64_t streams = 1;
  /// Opens per second, kept up however slow the server is, so that its delays show as such. 0: no rate; a
  /// stream is opened whenever fewer than in_flight_max wait for their first event.
  std::uint64_t rate = 0;
  std::uint64_t in_flight_max = 256;
};

class Fleet {
 public:
  Fleet(Poller& poller, const FleetPlan& plan, Target target, SourceAddresses sources)
      : poller_(poller), plan_(plan), target_(std::move(target)), sources_(std::move(sources)) {}

  /// Opens what is due. Returns when to be called again; Instant::max() when only an answer can change
  /// anything.
  Instant tick(Instant now);

  /// Every stream was opened, and has had its first event or failed.
  bool settled() const noexcept { return tally_.started == plan_.streams && tally_.opening == 0; }
  bool all_ended() const noexcept { return settled() && tally_.live == 0; }
  const Tally& tally() const noexcept { return tally_; }

 private:
  std::uint64_t due(Instant now) const noexcept;

  Poller& poller_;
  const FleetPlan plan_;
  const Target target_;
  SourceAddresses sources_;
  Tally tally_;
  std::deque<Reader> readers_;  // a deque, because readers are watched by address
};

}  // namespace sse::bench
