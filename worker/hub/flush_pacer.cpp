#include "hub/flush_pacer.hpp"

#include <algorithm>
#include <utility>

#include "hub/subscriber.hpp"

namespace worker::hub {
namespace {

constexpr std::chrono::milliseconds check_again{1};
// About as long as it takes to store a publisher's next batch on disk or in Redis.
constexpr int waits_max = 2;

}  // namespace

void FlushPacer::begin(base::Instant now) {
  begun_ = now;
  sends_ = ready_ = 0;
  extra_waits_ = 0;
  last_sent_ = sample_ = {};
  looked_ = false;
  sample_taken_at_.reset();
}

void FlushPacer::sent_to(const Subscriber& subscriber) {
  ++sends_;
  if (!subscriber.ready()) return;
  last_sent_[ready_ % last_sent_.size()] = &subscriber;
  // The sample keeps each of those so far with the same probability.
  const auto index = ready_ < sample_.size() ? ready_ : random_() % (ready_ + 1);
  if (index < sample_.size()) sample_[index] = &subscriber;
  ++ready_;
}

void FlushPacer::end(const Settings& settings, bool batched) {
  batched_ = batched;
  const auto round = settings.flush_cost_per_stream * static_cast<std::int64_t>(sends_);
  not_before_ = begun_ + std::min<std::chrono::microseconds>(round, settings.flush_interval_max);
  latest_ = begun_ + settings.flush_interval_max;
}

void FlushPacer::forget(const Subscriber& subscriber) {
  for (auto* few : {&last_sent_, &sample_}) {
    std::ranges::replace(*few, &subscriber, static_cast<const Subscriber*>(nullptr));
  }
}

base::Instant FlushPacer::next(base::Instant now) {
  if (now < not_before_) return not_before_;
  if (now >= latest_) return now;
  const bool read = fully_read(last_sent_) || sample_read_long_ago(now);
  if (read && (!batched_ || ++extra_waits_ > waits_max)) return now;
  return std::min<base::Instant>(now + check_again, latest_);
}

// True once 1.5 times the time that the web server took for the sample has passed.
bool FlushPacer::sample_read_long_ago(base::Instant now) {
  // The sample was not checked before, so it may have been read long ago.
  const auto read_by = std::exchange(looked_, true) ? now : not_before_;
  if (!sample_taken_at_ && fully_read(sample_)) sample_taken_at_ = read_by;
  return sample_taken_at_ && now - begun_ >= (*sample_taken_at_ - begun_) * 3 / 2;
}

// But for one, whose client may be stalled.
bool FlushPacer::fully_read(const Sample& subscribers) {
  return std::ranges::count_if(subscribers, [](const Subscriber* subscriber) {
           return subscriber != nullptr && !subscriber->fully_read();
         }) <= 1;
}

}  // namespace worker::hub
