#include "api/publish/publish_rate.hpp"

#include <algorithm>

namespace worker::api {

namespace {

using namespace std::chrono_literals;

base::Instant::duration time_for(std::size_t events, std::size_t per_second) {
  return std::chrono::duration_cast<base::Instant::duration>(
      std::chrono::duration<double>(static_cast<double>(events) / static_cast<double>(per_second)));
}

}  // namespace

base::Instant* PublishRate::used_until(std::string_view subject, base::Instant now) {
  if (used_until_.size() >= subjects_max)
    std::erase_if(used_until_, [&](const auto& each) { return each.second <= now; });
  auto found = used_until_.find(subject);
  if (found == used_until_.end()) {
    if (used_until_.size() >= subjects_max) return nullptr;
    found = used_until_.try_emplace(std::string(subject), now).first;
  }
  return &found->second;
}

std::optional<std::chrono::milliseconds> PublishRate::refuse(std::string_view subject, std::size_t events,
                                                             base::Instant now) {
  const std::size_t per_second = per_second_;
  if (per_second == 0 || subject.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  auto* const until = used_until(subject, now);
  if (until == nullptr) return 1'000ms;
  const auto owed = std::max(*until, now) - now;
  const auto takes = time_for(events, per_second);
  // The events of one second may come at once; what is more than that must find nothing owed.
  const auto most_owed = std::max(base::Instant::duration(1s) - takes, base::Instant::duration(0));
  if (owed > most_owed) return std::chrono::ceil<std::chrono::milliseconds>(owed - most_owed);
  *until = now + owed + takes;
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> PublishRate::charge(std::string_view subject, std::size_t events,
                                                             base::Instant now) {
  const std::size_t per_second = per_second_;
  if (per_second == 0 || subject.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  auto* const until = used_until(subject, now);
  if (until == nullptr) return 1'000ms;
  *until = std::max(*until, now) + time_for(events, per_second);
  const auto owed = *until - now;
  if (owed <= 1s) return std::nullopt;
  return std::chrono::ceil<std::chrono::milliseconds>(owed - 1s);
}

}  // namespace worker::api
