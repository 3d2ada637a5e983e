#include "hub/pace.hpp"

#include <algorithm>

#include "hub/reader.hpp"

namespace worker::hub {
namespace {

constexpr std::chrono::milliseconds look_again{1};
// A publisher's next batch takes about as long to be kept on disk, or in Redis.
constexpr int waits_max = 2;

}  // namespace

void Pace::begin(base::Instant now) {
  begun_ = now;
  sends_ = ready_ = 0;
  waits_ = 0;
  latest_ = {};
}

void Pace::sent_to(const Reader& reader) {
  ++sends_;
  if (reader.ready()) latest_[ready_++ % latest_.size()] = &reader;
}

void Pace::end(const Settings& settings, bool crowded) {
  crowded_ = crowded;
  const auto round = settings.flush_cost_per_stream * static_cast<std::int64_t>(sends_);
  not_before_ = begun_ + std::min<std::chrono::microseconds>(round, settings.flush_interval_max);
  at_last_ = begun_ + settings.flush_interval_max;
}

void Pace::forget(const Reader& reader) {
  std::ranges::replace(latest_, &reader, static_cast<const Reader*>(nullptr));
}

base::Instant Pace::next(base::Instant now) {
  if (now < not_before_) return not_before_;
  if (now >= at_last_) return now;
  if (taken() && (!crowded_ || ++waits_ > waits_max)) return now;
  return std::min<base::Instant>(now + look_again, at_last_);
}

// But for one, whose reader may be stalled.
bool Pace::taken() const {
  return std::ranges::count_if(
             latest_, [](const Reader* reader) { return reader != nullptr && !reader->taken(); }) <= 1;
}

}  // namespace worker::hub
