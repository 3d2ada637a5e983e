#include "api/stream/subject_counts.hpp"

namespace worker::api {

void SubjectCounts::set_limit(std::size_t most) {
  const std::lock_guard lock(mutex_);
  limit_ = most;
}

base::Result<SubjectCounts::Entry*, SubjectCounts::Full> SubjectCounts::add(std::string_view subject,
                                                                            base::Instant now) {
  const std::lock_guard lock(mutex_);
  auto found = counts_.find(subject);
  if (found == counts_.end()) found = counts_.try_emplace(std::string(subject)).first;
  auto& count = found->second;
  // A subject without a stream is never full, so an entry is never left without one here.
  if (limit_ != 0 && count.open_ >= limit_) return base::failure(Full{count.refusals_.add(now)});
  ++count.open_;
  return &*found;
}

void SubjectCounts::remove(Entry& entry) {
  const std::lock_guard lock(mutex_);
  if (--entry.second.open_ == 0) counts_.erase(entry.first);
}

std::size_t SubjectCounts::subjects() const {
  const std::lock_guard lock(mutex_);
  return counts_.size();
}

std::size_t SubjectCounts::limit() const {
  const std::lock_guard lock(mutex_);
  return limit_;
}

}  // namespace worker::api
