#include "api/publish/writers.hpp"

#include <utility>

namespace worker::api {

std::unique_ptr<Writers::Lease> Writers::take(const std::vector<std::string>& topics, std::string_view name,
                                              std::function<void(std::string by)> on_fenced) {
  auto lease = std::make_unique<Lease>(*this, topics, std::move(on_fenced));
  const std::lock_guard lock(mutex_);
  for (const auto& topic : topics) {
    auto& holder = leases_[topic];
    if (holder != nullptr) holder->fence(name);
    holder = lease.get();
  }
  return lease;
}

Writers::Lease::~Lease() {
  const std::lock_guard lock(writers_.mutex_);
  for (const auto& topic : topics_) {
    const auto found = writers_.leases_.find(topic);
    if (found != writers_.leases_.end() && found->second == this) writers_.leases_.erase(found);
  }
}

// Waits for a write that is under way.
void Writers::Lease::fence(std::string_view by) {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(fenced_, true)) on_fenced_(std::string(by));
}

}  // namespace worker::api
