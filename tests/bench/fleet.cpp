#include "fleet.hpp"

#include <algorithm>

namespace sse::bench {

Instant Fleet::tick(Instant now) {
  for (std::uint64_t wanted = due(now); tally_.started < wanted;) {
    readers_.emplace_back(poller_, tally_).open(target_, sources_.next());
    if (plan_.rate == 0) wanted = due(now);  // a stream that failed at once made room for the next
  }
  if (plan_.rate == 0 || tally_.started == plan_.streams) return Instant::max();
  return *tally_.first_start +
         std::chrono::nanoseconds(std::chrono::seconds(1)) * tally_.started / plan_.rate;
}

std::uint64_t Fleet::due(Instant now) const noexcept {
  if (plan_.rate == 0) {
    const std::uint64_t room = plan_.in_flight_max - std::min(plan_.in_flight_max, tally_.opening);
    return std::min(plan_.streams, tally_.started + room);
  }
  if (!tally_.first_start) return std::min<std::uint64_t>(plan_.streams, 1);
  const std::chrono::duration<double> since = now - *tally_.first_start;
  return std::min(plan_.streams,
                  static_cast<std::uint64_t>(since.count() * static_cast<double>(plan_.rate)) + 1);
}

}  // namespace sse::bench
