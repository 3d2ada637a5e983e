#include "api/publish/publish_rate.hpp"

#include <algorithm>

namespace worker::api {

std::optional<std::chrono::milliseconds> PublishRate::refuse(std::string_view subject, std::size_t events,
                                                             base::Instant now) {
  using namespace std::chrono_literals;
  const std::size_t per_second = per_second_;
  if (per_second == 0 || subject.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (used_until_.size() >= subjects_max)
    std::erase_if(used_until_, [&](const auto& each) { return each.second <= now; });
  auto found = used_until_.find(subject);
  if (found == used_until_.end()) {
    if (used_until_.size() >= subjects_max) return 1'000ms;
    found = used_until_.try_emplace(std::string(subject), now).first;
  }
  auto& used_until = found->second;
  const auto owed = std::max(used_until, now) - now;
  const auto takes = std::chrono::duration_cast<base::Instant::duration>(
      std::chrono::duration<double>(static_cast<double>(events) / static_cast<double>(per_second)));
  // The events of one second may come at once; what is more than that must find nothing owed.
  const auto most_owed = std::max(base::Instant::duration(1s) - takes, base::Instant::duration(0));
  if (owed > most_owed) return std::chrono::ceil<std::chrono::milliseconds>(owed - most_owed);
  used_until = now + owed + takes;
  return std::nullopt;
}

}  // namespace worker::api
