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
  const auto begin = std::max(used_until, now);
  // What one second allows may come at once.
  if (begin - now >= 1s) return std::chrono::ceil<std::chrono::milliseconds>(begin - now - 1s) + 1ms;
  used_until = begin + std::chrono::duration_cast<base::Instant::duration>(std::chrono::duration<double>(
                           static_cast<double>(events) / static_cast<double>(per_second)));
  return std::nullopt;
}

}  // namespace worker::api
