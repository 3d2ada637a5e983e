// TopicIndex: the state of each topic, by name. A topic and its name are one allocation with a fixed address,
// because there may be millions. Movable; not thread-safe: the log guards it.
#pragma once

#include <boost/intrusive/set.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "log/entry.hpp"
#include "log/sequence_queue.hpp"
#include "log/topic.hpp"

namespace worker::log {

/// What a store records of a topic beside its entries.
struct TopicState {
  Sequence lost_through = 0;  // the last sequence that it evicted
  Sequence closed_at = 0;     // its last event; 0 while it is open

  bool operator==(const TopicState&) const = default;
};

/// A topic that retains entries, or that retained some or was closed and is still remembered.
struct Topic : boost::intrusive::set_base_hook<boost::intrusive::optimize_size<true>,
                                               boost::intrusive::link_mode<boost::intrusive::normal_link>> {
  std::string_view name() const { return {reinterpret_cast<const char*>(this + 1), name_bytes}; }
  TopicState state() const { return {evicted.through, closed_at}; }
  /// How many entries it may retain, if that is `topic_events_max` for most topics.
  std::size_t events_max(std::size_t topic_events_max) const {
    return is_state(name()) ? 0 : topic_events_max;
  }

  EvictionMark evicted;
  Sequence closed_at = 0;   // its last event; 0 while it is open
  SequenceQueue sequences;  // of the entries that it retains
  const std::uint32_t name_bytes;
  bool over_limit = false;      // it is in the list of topics that retain more entries than they may
  bool in_empty_queue = false;  // it is in the queue of EmptyTopics

 private:
  friend class TopicIndex;
  explicit Topic(std::string_view name);
  ~Topic() = default;
};

class TopicIndex {
  struct NameOf {
    using type = std::string_view;
    std::string_view operator()(const Topic& topic) const { return topic.name(); }
  };
  using Set = boost::intrusive::set<Topic, boost::intrusive::key_of_value<NameOf>>;

 public:
  TopicIndex() = default;
  TopicIndex(const TopicIndex&) = delete;
  TopicIndex& operator=(const TopicIndex&) = delete;
  TopicIndex(TopicIndex&& other) noexcept { topics_.swap(other.topics_); }
  TopicIndex& operator=(TopicIndex&& other) noexcept {
    topics_.swap(other.topics_);
    return *this;
  }
  ~TopicIndex() { clear(); }

  std::size_t size() const { return topics_.size(); }
  Topic* find(std::string_view name);
  const Topic* find(std::string_view name) const;
  /// False for a topic that is not known.
  bool is_closed(std::string_view name) const;
  /// The topic, and true if this call made it.
  std::pair<Topic&, bool> find_or_add(std::string_view name);
  void erase(Topic& topic);
  template <class Condition>
  void erase_if(const Condition& condition) {
    for (auto next = topics_.begin(); next != topics_.end();) {
      auto& topic = *next++;
      if (condition(topic)) erase(topic);
    }
  }
  void clear();

  /// In the order of their names.
  auto begin() { return topics_.begin(); }
  auto end() { return topics_.end(); }
  auto begin() const { return topics_.begin(); }
  auto end() const { return topics_.end(); }

 private:
  static void destroy(Topic* topic);

  Set topics_;
};

}  // namespace worker::log
