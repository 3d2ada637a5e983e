// EmptyTopics: the topics that retain no entry. They are remembered for their eviction mark and for being
// closed, within bounds. Those beyond the bounds are discarded and share one mark: a reader who comes back to
// one of them may get a gap too many, but never one too few. A closed topic that was discarded is open again.
// Points to topics of a TopicIndex; the log guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "log/topic_index.hpp"

namespace worker::log {

class EmptyTopics {
 public:
  static constexpr std::size_t count_max = 100'000;
  /// They may take this part of Settings::bytes_max.
  static constexpr std::size_t bytes_share = 4;

  std::size_t count() const { return count_; }
  /// What they take, roughly.
  std::size_t bytes() const { return bytes_; }
  /// How many were discarded.
  std::uint64_t discarded() const { return discarded_; }

  /// `topic` retains nothing any more, or nothing yet.
  void add(Topic& topic);
  /// Call before a topic retains its first entry. Does nothing for a topic that was never empty.
  void remove(Topic& topic);
  /// Takes out the topic that is to be discarded next: the one whose last eviction was first. Null while
  /// there are at most count_max, which take at most `bytes_max` bytes.
  Topic* take_excess(std::size_t bytes_max);
  /// Resets no topic: the caller resets Topic::in_empty_queue of those that stay.
  void clear();

 private:
  struct EmptyTopic {
    Topic* topic;
    EvictionCount at;  // its mark when it was queued
  };

  // Each topic once, in about the order of their last evictions. A topic that retains entries again stays
  // until it comes to the front: taking it out would need a search.
  std::deque<EmptyTopic> queue_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t discarded_ = 0;
};

}  // namespace worker::log
