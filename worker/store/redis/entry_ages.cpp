#include "store/redis/entry_ages.hpp"

#include <algorithm>

#include "store/settings.hpp"

namespace worker::store {

using namespace std::chrono_literals;

void EntryAges::on_opened(const RedisStream::State& state, bool first) {
  if (first) trust_clock_at_ = clock_.now() + clock_distrust;
  backlog_end_ = state.last;
  opened_at_ = state.now;
}

// An entry that is not of the backlog was appended just now. One of the backlog was appended while this
// worker did not read: it is as old as Redis says, but younger than the moment when this worker last had
// everything. A worker that has never had everything knows no age until the clock of Redis is trusted.
base::Instant EntryAges::appended_at(const StreamEntry& entry) const {
  const bool in_backlog = entry.epoch == backlog_end_.epoch && entry.last <= backlog_end_.sequence;
  if (!in_backlog || !last_caught_up_) return clock_.now();
  const auto away = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - *last_caught_up_);
  return clock_.now() - std::clamp(opened_at_ - entry.at, 0ms, std::max(away, 0ms));
}

}  // namespace worker::store
