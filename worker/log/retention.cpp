#include "log/retention.hpp"

#include <algorithm>
#include <limits>

namespace worker::log {

Sequence Retention::read_through() const {
  auto through = std::numeric_limits<Sequence>::max();
  for (const auto* follower : followers_) through = std::min(through, follower->at.load());
  return through;
}

// The greater of two ages: a clock that was set back makes no entry younger, and a clock that is ahead is
// believed only after it had time to be corrected.
std::chrono::milliseconds Retention::age_of(const Entry& entry) const {
  const auto ms = [](auto duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
  };
  const auto certain = ms(clock_->now() - entry.at());
  if (entry.dated_ms() == 0 || !trusted_clock_) return certain;
  const auto dated = trusted_clock_->wall - std::chrono::milliseconds(entry.dated_ms());
  return std::max(certain, dated + ms(clock_->now() - trusted_clock_->at));
}

}  // namespace worker::log
