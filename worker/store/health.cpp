#include "store/health.hpp"

#include <algorithm>

namespace worker::store {

bool Health::healthy() const {
  const std::lock_guard lock(mutex_);
  return !reason_;
}

std::optional<std::string> Health::unavailable_reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

void Health::on_failed(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  pause_ = std::clamp(2 * pause_, pauses_.first, pauses_.longest);
  if (reason_ == reason) return;
  reason_ = reason;
  logger_.error("store unavailable, publishes are refused: store={} error=\"{}\"", store_, reason);
}

void Health::on_recovered(const std::string& field) {
  const std::lock_guard lock(mutex_);
  if (!reason_) return;
  reason_.reset();
  pause_ = {};
  logger_.info("store recovered: store={} {}", store_, field);
}

std::chrono::milliseconds Health::retry_pause() {
  const std::lock_guard lock(mutex_);
  return jitter_ ? jitter_->between(pause_ / 2, pause_) : pause_;
}

}  // namespace worker::store
