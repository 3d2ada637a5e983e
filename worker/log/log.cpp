#include "log/log.hpp"

#include <utility>

#include "log/merged_read.hpp"
#include "log/resume.hpp"

namespace worker::log {

Log::Log(const Settings& settings, std::string epoch, const base::Clock& clock, Writers writers)
    : clock_(clock), writers_(writers), history_(settings, std::move(epoch), clock) {}

std::string Log::id_of(Sequence sequence) const {
  const std::lock_guard lock(mutex_);
  return history_.epochs().id_of(sequence);
}

ResumePoint Log::resume(const Subscription& subscription, const std::optional<std::string>& cursor) const {
  const std::lock_guard lock(mutex_);
  auto from = log::resume(history_, subscription, cursor);
  from.may_arrive = from.may_arrive && writers_ == Writers::many;
  return from;
}

Slice Log::read(const Subscription& subscription, Sequence after, Sequence until, std::size_t bytes_max,
                EvictionCount evictions_seen) const {
  const std::lock_guard lock(mutex_);
  return MergedRead(history_, subscription).slice(after, until, bytes_max, evictions_seen);
}

std::vector<EntryPtr> Log::read_all(Sequence after, std::size_t count_max) const {
  const std::lock_guard lock(mutex_);
  return history_.retained().entries().read(after, count_max);
}

Sequence Log::closed_at(const Subscription& subscription) const {
  const std::lock_guard lock(mutex_);
  return MergedRead(history_, subscription).closed_at();
}

Sequence Log::last() const {
  const std::lock_guard lock(mutex_);
  return history_.epochs().last();
}

Sequence Log::lost_through() const {
  const std::lock_guard lock(mutex_);
  return history_.losses().lost_through();
}

void Log::follow(Follower& follower, std::function<void()> notify) {
  const std::lock_guard lock(mutex_);
  follower.at = history_.epochs().last();
  history_.retention().follow(follower);
  listeners_.push_back(std::move(notify));
}

bool Log::expire() {
  const std::lock_guard lock(mutex_);
  return history_.trim();
}

void Log::update(const Settings& settings) {
  const std::lock_guard lock(mutex_);
  history_.update(settings);
}

void Log::set_busiest_topics(std::size_t count) {
  const std::lock_guard lock(mutex_);
  history_.topic_rates().set_count(count);
}

std::vector<TopicRate> Log::busiest_topics() const {
  const std::lock_guard lock(mutex_);
  return history_.topic_rates().busiest(clock_.now());
}

LogStats Log::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_of(history_);
}

bool Log::ready() const {
  const std::lock_guard lock(mutex_);
  return ready_;
}

void Log::notify_followers() const {
  std::vector<std::function<void()>> listeners;
  {
    const std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  for (const auto& notify : listeners) notify();
}

}  // namespace worker::log
