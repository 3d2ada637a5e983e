#include "api/stream/stream_census.hpp"

#include <algorithm>
#include <utility>

namespace worker::api {

void StreamCensus::on_time() {
  constexpr std::size_t part = 50;
  const auto now = timers_.now();
  bool done = false;
  for (std::size_t seen = 0; seen < streams_max && !done && !timers_.turn().is_over(); seen += part)
    done = streams_.visit_next(part, [&](const OpenStream& stream) { add(stream, now); });
  if (done) end_round();
  timer_.arm_in(interval);
}

void StreamCensus::add(const OpenStream& stream, base::Instant now) {
  const auto age = now - stream.since();
  const auto* const found =
      std::ranges::find_if(stream_ages, [&](const StreamAge& each) { return age < each.under; });
  ++round_.by_age[static_cast<std::size_t>(found - stream_ages.begin())];
  round_.unread_bytes += static_cast<std::int64_t>(stream.unread_bytes());
}

// Other loops add theirs to the same metrics.
void StreamCensus::end_round() {
  for (std::size_t i = 0; i < stream_ages.size(); ++i)
    metrics_.by_age[i]->add(round_.by_age[i] - told_.by_age[i]);
  metrics_.unread_bytes.add(round_.unread_bytes - told_.unread_bytes);
  told_ = std::exchange(round_, {});
}

}  // namespace worker::api
