// Heartbeats: when a cohort's live subscribers need one, and its bytes. Rounds sends them. Owned by its
// shard; loop thread only.
#pragma once

#include "hub/cohort.hpp"
#include "hub/shard_context.hpp"

namespace worker::hub {

class Heartbeats {
 public:
  explicit Heartbeats(const ShardContext& shard) : shard_(shard) {}

  /// How often due() is asked of all cohorts: as often as heartbeats come, but at least once a second.
  std::chrono::milliseconds tick_interval() const;
  /// What is due now, taken as sent.
  Cohort::RoundRequest due(Cohort& cohort) const;
  /// For subscribers that get comments: an `id:` frame if the shard has read on since the last one, else a
  /// comment.
  base::Bytes comment(Cohort& cohort) const;
  /// For subscribers that get events.
  base::Bytes event(const Cohort& cohort) const;

 private:
  const ShardContext& shard_;
};

}  // namespace worker::hub
