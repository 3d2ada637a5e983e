// Probes: what a newcomer meets while the fleet is open. Opens one stream after the other, leaves each after
// its first event. Loop thread only; poller and fleet's tally outlive it.
#pragma once

#include <cstdint>
#include <utility>

#include "poller.hpp"
#include "reader.hpp"
#include "tally.hpp"
#include "target.hpp"

namespace sse::bench {

struct ProbePlan {
  std::uint64_t count = 0;
  /// From one to the next, or longer when the first is not answered by then. Spread over several seconds they
  /// meet the fleet's busy moments and its quiet ones; back to back they would meet one of them.
  std::chrono::milliseconds interval{0};
};

class Probes {
 public:
  Probes(Poller& poller, const Tally& fleet, const ProbePlan& plan, Wish wish, Target target,
         SourceAddresses sources)
      : fleet_(fleet),
        plan_(plan),
        target_(std::move(target)),
        sources_(std::move(sources)),
        reader_(poller, tally_, std::move(wish)) {}

  /// Ends the probe that was answered and opens the one that is due. Returns when to be called again;
  /// Instant::max() when only an answer can change anything.
  Instant tick(Instant now);

  bool done() const noexcept { return answered_ + failed_ == plan_.count; }
  std::uint64_t asked() const noexcept { return plan_.count; }
  std::uint64_t answered() const noexcept { return answered_; }
  const Tally& tally() const noexcept { return tally_; }
  /// The fewest streams of the fleet that were open while probing.
  std::uint64_t live_least() const noexcept { return live_least_; }

 private:
  void finish_answered();

  const Tally& fleet_;
  const ProbePlan plan_;
  const Target target_;
  SourceAddresses sources_;
  Tally tally_;
  Reader reader_;
  Instant next_ = Instant::min();
  bool under_way_ = false;
  std::uint64_t answered_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t live_least_ = 0;
};

}  // namespace sse::bench
