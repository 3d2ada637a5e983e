#include "hub/live_queue.hpp"

#include <utility>

namespace worker::hub {
namespace {

// An event takes 8 bytes in each cohort that it waits for: 8 MB with these. 8,000 cohorts that ask for the
// same topic get there with 125 events.
constexpr std::size_t entries_max = 1'000'000;

}  // namespace

void LiveQueue::remove(Cohort& cohort) {
  routes_.remove(cohort, cohort.subscription);
  if (!cohort.pending.empty()) std::erase(cohorts_, &cohort);
  if (!closed_.empty()) std::erase(closed_, &cohort);
}

void LiveQueue::push(const log::EntryPtr& entry) {
  for (const auto& topic : entry->topics()) {
    routes_.each(topic, [&](Cohort& cohort) { push(cohort, entry); });
  }
}

void LiveQueue::push(Cohort& cohort, const log::EntryPtr& entry) {
  if (!cohort.subscription.may_read(*entry)) {
    if (entry->closes()) closed_.push_back(&cohort);
    return;
  }
  // Once, also where several of its topics match.
  if (!cohort.pending.empty() && cohort.pending.back() == entry) return;
  if (cohort.pending.empty()) cohorts_.push_back(&cohort);
  cohort.pending.push_back(entry);
  ++entries_;
  if (!cohort.conflates) cohort.conflates = conflation_.applies_to(*entry, cohort.subscription);
}

bool LiveQueue::full() const { return entries_ >= entries_max; }

std::vector<Cohort*> LiveQueue::take() {
  entries_ = 0;
  return std::exchange(cohorts_, {});
}

}  // namespace worker::hub
