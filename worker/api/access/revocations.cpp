#include "api/access/revocations.hpp"

namespace worker::api {

bool Revocations::revoke(std::string_view subject, std::chrono::seconds time) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  const auto found = until_.find(subject);
  if (found != until_.end()) {
    found->second = now + time;
    return true;
  }
  if (until_.size() >= subjects_max) forget_old(now);
  if (until_.size() >= subjects_max) return false;
  until_.emplace(subject, now + time);
  return true;
}

std::vector<std::pair<std::string, base::Instant>> Revocations::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, base::Instant>> all;
  for (const auto& each : until_) {
    if (clock_.now() < each.second) all.emplace_back(each);
  }
  return all;
}

void Revocations::add(const std::vector<std::pair<std::string, base::Instant>>& those) {
  const std::lock_guard lock(mutex_);
  for (const auto& each : those) {
    if (until_.size() < subjects_max) until_.insert(each);
  }
}

bool Revocations::is_revoked(std::string_view subject) const {
  if (subject.empty()) return false;
  const std::lock_guard lock(mutex_);
  const auto found = until_.find(subject);
  return found != until_.end() && clock_.now() < found->second;
}

void Revocations::forget_old(base::Instant now) {
  std::erase_if(until_, [&](const auto& each) { return each.second <= now; });
}

}  // namespace worker::api
