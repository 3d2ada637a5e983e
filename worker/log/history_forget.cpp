// Topics without events: for each, the history remembers its last loss and whether it is closed, within
// bounds. Topics beyond these are forgotten and share one loss: a reader who comes back to one of them is
// told of a gap, perhaps where there was none, but never misses a gap. A closed topic that was forgotten is
// open again.
#include <algorithm>

#include "log/history.hpp"

namespace worker::log {
namespace {

// Bytes of such a topic without its name, including its entry in the line.
constexpr std::size_t emptied_topic_bytes = sizeof(Topic) + 32;

}  // namespace

void History::on_emptied(Topic& topic) {
  ++empty_topic_count_;
  empty_topics_bytes_ += emptied_topic_bytes + topic.name_bytes;
  if (std::exchange(topic.in_empty_queue, true)) return;
  empty_topics_.push_back({&topic, topic.loss.at});
}

// Called before a topic holds its first event; does nothing for a new one. Its entry in the line stays:
// taking it out would need a search.
void History::on_refilled(Topic& topic) {
  if (!topic.in_empty_queue) return;
  --empty_topic_count_;
  empty_topics_bytes_ -= emptied_topic_bytes + topic.name_bytes;
}

void History::clear_empty_topics() {
  empty_topics_.clear();
  empty_topic_count_ = 0;
  empty_topics_bytes_ = 0;
}

bool History::over_empty_topic_limit() const {
  return empty_topic_count_ > emptied_max || empty_topics_bytes_ > settings_.bytes_max / emptied_share;
}

// Forgets in the order in which topics lost their last event; one that has lost another since then is queued
// again.
void History::forget_emptied() {
  while (over_empty_topic_limit()) {
    const auto [topic, at] = empty_topics_.front();
    empty_topics_.pop_front();
    if (!topic->held.empty()) {
      topic->in_empty_queue = false;
    } else if (topic->loss.at != at) {
      empty_topics_.push_back({topic, topic->loss.at});
    } else {
      forget(*topic);
    }
  }
  prefixes_.forget_emptied(settings_.bytes_max / PrefixIndex::emptied_share);
}

void History::forget(Topic& topic) {
  on_refilled(topic);
  const auto& loss = topic.loss;
  forgotten_ = {std::max(forgotten_.through, loss.through), std::max(forgotten_.at, loss.at)};
  note_change(topic);
  topics_.erase(topic);
  ++forgotten_topics_;
}

}  // namespace worker::log
