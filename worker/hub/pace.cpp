#include "hub/pace.hpp"

#include <algorithm>
#include <utility>

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
  latest_ = sample_ = {};
  looked_ = false;
  sample_taken_at_.reset();
}

void Pace::sent_to(const Reader& reader) {
  ++sends_;
  if (!reader.ready()) return;
  latest_[ready_ % latest_.size()] = &reader;
  // The sample keeps each of those so far with the same probability.
  const auto place = ready_ < sample_.size() ? ready_ : random_() % (ready_ + 1);
  if (place < sample_.size()) sample_[place] = &reader;
  ++ready_;
}

void Pace::end(const Settings& settings, bool crowded) {
  crowded_ = crowded;
  const auto round = settings.flush_cost_per_stream * static_cast<std::int64_t>(sends_);
  not_before_ = begun_ + std::min<std::chrono::microseconds>(round, settings.flush_interval_max);
  at_last_ = begun_ + settings.flush_interval_max;
}

void Pace::forget(const Reader& reader) {
  for (auto* few : {&latest_, &sample_}) {
    std::ranges::replace(*few, &reader, static_cast<const Reader*>(nullptr));
  }
}

base::Instant Pace::next(base::Instant now) {
  if (now < not_before_) return not_before_;
  if (now >= at_last_) return now;
  const bool read = taken(latest_) || sample_taken_for_long(now);
  if (read && (!crowded_ || ++waits_ > waits_max)) return now;
  return std::min<base::Instant>(now + look_again, at_last_);
}

// True once 1.5 times the time that the web server took for the sample has passed.
bool Pace::sample_taken_for_long(base::Instant now) {
  // The sample was not looked at before, so it may have been read long ago.
  const auto read_by = std::exchange(looked_, true) ? now : not_before_;
  if (!sample_taken_at_ && taken(sample_)) sample_taken_at_ = read_by;
  return sample_taken_at_ && now - begun_ >= (*sample_taken_at_ - begun_) * 3 / 2;
}

// But for one, whose reader may be stalled.
bool Pace::taken(const Few& readers) {
  return std::ranges::count_if(
             readers, [](const Reader* reader) { return reader != nullptr && !reader->taken(); }) <= 1;
}

}  // namespace worker::hub
