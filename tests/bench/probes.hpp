// Probes: what a newcomer meets while the fleet is open. Opens one stream after the other, leaves each after
// its first event. Loop thread only; poller and fleet's tally outlive it.
#pragma once

#include <cstdint>

#include "poller.hpp"
#include "reader.hpp"
#include "tally.hpp"
#include "target.hpp"

namespace sse::bench {

class Probes {
 public:
  Probes(Poller& poller, const Tally& fleet, std::uint64_t count, Target target, SourceAddresses sources)
      : fleet_(fleet),
        count_(count),
        target_(std::move(target)),
        sources_(std::move(sources)),
        reader_(poller, tally_) {}

  /// Goes on to the next probe when the last has been answered. Needs no other call than after each wait.
  void tick();

  bool done() const noexcept { return answered() + failed_ == count_; }
  std::uint64_t asked() const noexcept { return count_; }
  std::uint64_t answered() const noexcept { return answered_; }
  const Tally& tally() const noexcept { return tally_; }
  /// The fewest streams of the fleet that were open while probing.
  std::uint64_t live_least() const noexcept { return live_least_; }

 private:
  const Tally& fleet_;
  const std::uint64_t count_;
  const Target target_;
  SourceAddresses sources_;
  Tally tally_;
  Reader reader_;
  std::uint64_t answered_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t live_least_ = 0;
};

}  // namespace sse::bench
