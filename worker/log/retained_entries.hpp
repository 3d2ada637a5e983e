// RetainedEntries: the entries that the log retains, found by sequence, by topic and by the prefix of a
// pattern. An entry is retained as long as one of its topics retains it. The indexes change together, here.
// Movable; not thread-safe: the log guards it.
#pragma once

#include <vector>

#include "log/empty_topics.hpp"
#include "log/entry_index.hpp"
#include "log/prefix_index.hpp"
#include "log/topic_index.hpp"

namespace worker::log {

class RetainedEntries {
 public:
  const EntryIndex& entries() const { return entries_; }
  /// Those that retain entries, and the empty ones that are remembered.
  const TopicIndex& topics() const { return topics_; }
  Topic* find_topic(std::string_view name) { return topics_.find(name); }
  const PrefixIndex& prefixes() const { return prefixes_; }
  const EmptyTopics& empty_topics() const { return empty_topics_; }
  /// What all of it takes, roughly.
  std::size_t bytes() const { return bytes_ + empty_topics_.bytes() + prefixes_.bytes(); }

  /// Adds an entry, whose sequence is after all others, to those of its topics that have not evicted its
  /// sequence already, and returns how many these are; adds nothing if there are none. A topic that is new
  /// here may be a discarded one, and begins with their mark. `topic_events_max`: see each_over_limit().
  std::size_t add(const EntryPtr& entry, const EvictionMark& discarded, std::size_t topic_events_max);
  /// The topic evicts its first entry. Returns the entry if no other topic retains it.
  EntryPtr evict_first(Topic& topic, const EvictionMark& mark);
  /// Evicts all entries. Only closed topics stay known.
  void evict_all(const EvictionMark& mark);
  /// The topic was closed by an entry that is not retained.
  void close(std::string_view name, Sequence last, const EvictionMark& discarded);
  /// No topic is closed any more.
  void reopen_topics();

  /// What the store recorded of a topic; before its entries are added.
  void restore_topic(std::string_view name, const TopicState& state, const EvictionMark& mark);
  /// After all entries: a topic that knows of no eviction and retains nothing before the mark may have been
  /// discarded once.
  void restore_discarded(const EvictionMark& mark);

  /// Calls `trim` with topics that retain more entries than `topic_events_max` was, while something is `left`
  /// to do. One for which it returns true is within its bound again.
  template <class Trim>
  void each_over_limit(const std::size_t& left, const Trim& trim) {
    for (std::size_t i = 0; i < over_limit_.size() && left > 0;) {
      auto* const topic = over_limit_[i];
      if (!trim(*topic)) {
        ++i;
        continue;
      }
      topic->over_limit = false;
      over_limit_[i] = over_limit_.back();
      over_limit_.pop_back();
    }
  }
  /// The bound has become smaller.
  void limit_topics(std::size_t topic_events_max);
  /// Discards empty topics, each after a call of `before`, and empty prefixes, until they are within their
  /// parts of `bytes_max`.
  template <class Before>
  void discard_empty(std::size_t bytes_max, const Before& before) {
    while (auto* const topic = empty_topics_.take_excess(bytes_max / EmptyTopics::bytes_share)) {
      before(*topic);
      topics_.erase(*topic);
    }
    prefixes_.discard_empty_prefixes(bytes_max / PrefixIndex::bytes_share);
  }

 private:
  void retain(Topic& topic, Sequence sequence, std::size_t topic_events_max);
  void queue_if_over_limit(Topic& topic, std::size_t topic_events_max);

  EntryIndex entries_;
  TopicIndex topics_;
  PrefixIndex prefixes_;
  EmptyTopics empty_topics_;
  std::vector<Topic*> over_limit_;  // each once; a follower has not read their oldest entry, or they are many
  std::size_t bytes_ = 0;           // of the entries, and of the topics that retain them
};

}  // namespace worker::log
