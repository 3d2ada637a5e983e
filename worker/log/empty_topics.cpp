#include "log/empty_topics.hpp"

#include <utility>

namespace worker::log {
namespace {

// Bytes of such a topic without its name, including its element of the queue.
constexpr std::size_t empty_topic_bytes = sizeof(Topic) + 32;

}  // namespace

void EmptyTopics::add(Topic& topic) {
  ++count_;
  bytes_ += empty_topic_bytes + topic.name_bytes;
  if (std::exchange(topic.in_empty_queue, true)) return;
  queue_.push_back({&topic, topic.evicted.at});
}

void EmptyTopics::remove(Topic& topic) {
  if (!topic.in_empty_queue) return;
  --count_;
  bytes_ -= empty_topic_bytes + topic.name_bytes;
}

Topic* EmptyTopics::take_excess(std::size_t bytes_max) {
  while (count_ > count_max || bytes_ > bytes_max) {
    const auto [topic, at] = queue_.front();
    queue_.pop_front();
    if (!topic->sequences.empty()) {
      topic->in_empty_queue = false;
    } else if (topic->evicted.at != at) {  // it has evicted another entry since then
      queue_.push_back({topic, topic->evicted.at});
    } else {
      remove(*topic);
      ++discarded_;
      return topic;
    }
  }
  return nullptr;
}

void EmptyTopics::clear() {
  queue_.clear();
  count_ = 0;
  bytes_ = 0;
}

}  // namespace worker::log
