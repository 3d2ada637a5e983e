#include "store/held_journal.hpp"

#include <utility>

namespace worker::store {

HeldJournal::HeldJournal(const log::Settings& settings, std::string epoch, const base::Clock& clock)
    : clock_(clock), history_(settings, std::move(epoch), clock) {}

std::string HeldJournal::id_of(log::Sequence sequence) const {
  const std::lock_guard lock(mutex_);
  return history_.id_of(sequence);
}

log::Resumption HeldJournal::resume(const log::Selection& selection,
                                    const std::optional<std::string>& cursor) const {
  const std::lock_guard lock(mutex_);
  auto from = history_.resume(selection, cursor);
  from.to_come = from.to_come && is_shared();
  return from;
}

log::Slice HeldJournal::read(const log::Selection& selection, log::Sequence after, log::Sequence until,
                             std::size_t bytes_max, log::Evictions accounted) const {
  const std::lock_guard lock(mutex_);
  return history_.read(selection, after, until, bytes_max, accounted);
}

std::vector<log::EntryPtr> HeldJournal::read_all(log::Sequence after, std::size_t count_max) const {
  const std::lock_guard lock(mutex_);
  return history_.read_all(after, count_max);
}

log::Sequence HeldJournal::closed_at(const log::Selection& selection) const {
  const std::lock_guard lock(mutex_);
  return history_.closed_at(selection);
}

log::Sequence HeldJournal::last() const {
  const std::lock_guard lock(mutex_);
  return history_.last();
}

log::Sequence HeldJournal::lost_through() const {
  const std::lock_guard lock(mutex_);
  return history_.lost_through();
}

void HeldJournal::follow(log::Follower& follower, std::function<void()> news) {
  const std::lock_guard lock(mutex_);
  follower.at = history_.last();
  history_.follow(follower);
  listeners_.push_back(std::move(news));
}

bool HeldJournal::expire() {
  const std::lock_guard lock(mutex_);
  return history_.trim();
}

void HeldJournal::update(const log::Settings& settings) {
  const std::lock_guard lock(mutex_);
  history_.update(settings);
}

log::Figures HeldJournal::figures() const {
  const std::lock_guard lock(mutex_);
  auto figures = history_.figures();
  figures.waiting_bytes = waits_.size();
  figures.waiting_refused = waits_.refused();
  return figures;
}

void HeldJournal::tell_followers() const {
  std::vector<std::function<void()>> listeners;
  {
    const std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  for (const auto& news : listeners) news();
}

}  // namespace worker::store
