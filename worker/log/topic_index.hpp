// TopicIndex: the state of each topic, by name. A topic and its name are one allocation with a fixed address,
// because there may be millions. Movable, not copyable; not thread-safe: the history guards it.
#pragma once

#include <boost/intrusive/set.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "log/entry.hpp"
#include "log/sequence_queue.hpp"

namespace worker::log {

/// A topic that holds events, or that held some or was closed and is still remembered.
struct Topic : boost::intrusive::set_base_hook<boost::intrusive::optimize_size<true>,
                                               boost::intrusive::link_mode<boost::intrusive::normal_link>> {
  std::string_view name() const { return {reinterpret_cast<const char*>(this + 1), name_bytes}; }

  EvictionMark loss;
  Sequence closed_at = 0;  // its last event; 0 while it is open
  SequenceQueue held;      // the places of its events
  const std::uint32_t name_bytes;
  bool over_limit = false;      // it is in the history's list of topics that hold too much
  bool in_empty_queue = false;  // it is in the history's line of topics that hold nothing

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
  /// The topic, and true if this call made it.
  std::pair<Topic&, bool> find_or_add(std::string_view name);
  void erase(Topic& topic);
  /// Takes out the topics of which `gone` is true.
  template <class Gone>
  void erase_if(const Gone& gone) {
    for (auto next = topics_.begin(); next != topics_.end();) {
      auto& topic = *next++;
      if (gone(topic)) erase(topic);
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
