#include "log/topic_rates.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/utf8.hpp"
#include "log/topic.hpp"

namespace worker::log {
namespace {

constexpr std::chrono::seconds decay_interval{1};
// Less is left of an event after five minutes.
constexpr double forgotten_below = 0.01;

std::string_view cut(std::string_view name) {
  if (name.size() <= TopicRates::name_bytes_max) return name;
  name = name.substr(0, TopicRates::name_bytes_max);
  return name.substr(0, name.size() - base::begun_character_bytes(name));
}

double left_after(base::Instant::duration time) {
  using Seconds = std::chrono::duration<double>;
  return std::exp(-Seconds(time) / Seconds(TopicRates::memory));
}

}  // namespace

void TopicRates::set_count(std::size_t count) {
  count_ = count;
  if (count == 0) events_ = {};
}

void TopicRates::add(const Entry& entry) {
  if (count_ == 0 || entry.is_private()) return;
  if (entry.at() >= decayed_at_ + decay_interval) decay(entry.at());
  for (const auto topic : entry.topics()) {
    if (!is_reserved(topic)) count(cut(topic));
  }
}

void TopicRates::count(std::string_view topic) {
  if (const auto found = events_.find(topic); found != events_.end()) {
    ++found->second;
    return;
  }
  if (events_.size() == names_max) take_off();
  events_.emplace(topic, 1);
}

void TopicRates::decay(base::Instant now) {
  const auto left = left_after(now - decayed_at_);
  decayed_at_ = now;
  for (auto& [topic, events] : events_) events *= left;
  std::erase_if(events_, [](const auto& each) { return each.second < forgotten_below; });
}

// Half of the names are left, or fewer: so it is called for one new name in 128 at most.
void TopicRates::take_off() {
  std::vector<double> counts;
  counts.reserve(events_.size());
  for (const auto& [topic, events] : events_) counts.push_back(events);
  const auto middle = counts.begin() + names_max / 2;
  std::ranges::nth_element(counts, middle, std::greater<>());
  const auto off = *middle;
  for (auto& [topic, events] : events_) events -= off;
  std::erase_if(events_, [](const auto& each) { return each.second <= 0; });
}

std::vector<TopicRate> TopicRates::busiest(base::Instant now) const {
  const auto left = left_after(std::max(now - decayed_at_, base::Instant::duration::zero()));
  std::vector<TopicRate> rates;
  for (const auto& [topic, events] : events_) {
    if (const auto now_left = events * left; now_left >= shown_from)
      rates.push_back({topic, now_left / static_cast<double>(memory.count())});
  }
  const auto count = std::min(count_, rates.size());
  std::ranges::partial_sort(rates, rates.begin() + static_cast<std::ptrdiff_t>(count),
                            [](const TopicRate& a, const TopicRate& b) {
                              return std::pair(b.per_second, std::string_view(a.topic)) <
                                     std::pair(a.per_second, std::string_view(b.topic));
                            });
  rates.resize(count);
  return rates;
}

}  // namespace worker::log
