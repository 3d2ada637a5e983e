// LiveQueue: events that were read from the log and wait for the next flush, by cohort. Owned by its shard;
// borrows the cohorts. Loop thread only.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "hub/cohort.hpp"
#include "hub/conflation.hpp"
#include "hub/routes.hpp"

namespace worker::hub {

class LiveQueue {
 public:
  explicit LiveQueue(const Conflation& conflation) : conflation_(conflation) {}

  /// From now on the cohort gets the events that it asked for.
  void add(Cohort& cohort) { routes_.add(cohort, cohort.subscription); }
  void remove(Cohort& cohort);

  /// Queues the event for each cohort that asked for it and may read it.
  void push(const log::EntryPtr& entry);
  /// The cohorts that asked for an event which closes its topics, but may not read it, since the last call.
  /// May have one of them several times.
  std::vector<Cohort*> take_closed() { return std::exchange(closed_, {}); }
  bool empty() const { return cohorts_.empty(); }
  /// True if further events must stay in the log until the flush of these has begun.
  bool full() const;
  /// The cohorts for which events wait, in Cohort::pending, for a flush that begins now. The queue is empty
  /// then.
  std::vector<Cohort*> take();

 private:
  void push(Cohort& cohort, const log::EntryPtr& entry);

  const Conflation& conflation_;
  Routes routes_;
  std::vector<Cohort*> cohorts_;  // with pending events
  std::vector<Cohort*> closed_;
  std::size_t entries_ = 0;  // events to cohorts, since the last take()
};

}  // namespace worker::hub
