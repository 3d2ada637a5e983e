#include "log/retained_entries.hpp"

#include <utility>

namespace worker::log {
namespace {

// What a topic that retains entries takes beside them and its name.
constexpr std::size_t topic_bytes = sizeof(Topic) + 8;

}  // namespace

std::size_t RetainedEntries::add(const EntryPtr& entry, const EvictionMark& discarded,
                                 std::size_t topic_events_max) {
  const auto sequence = entry->sequence();
  const auto names = entry->topics();
  std::size_t retained_by = 0;
  for (const auto name : names) {
    const auto [topic, added] = topics_.find_or_add(name);
    if (added) topic.evicted = discarded;
    if (entry->closes()) topic.closed_at = sequence;
    if (sequence <= topic.evicted.through) continue;
    retain(topic, sequence, topic_events_max);
    ++retained_by;
  }
  if (retained_by == 0) return 0;
  bytes_ += entry->size_bytes();
  entries_.add(entry, retained_by);
  for (const auto name : names) {
    if (retained_by == names.size() || sequence > topics_.find(name)->evicted.through)
      prefixes_.add(name, sequence, entries_);
  }
  return retained_by;
}

void RetainedEntries::retain(Topic& topic, Sequence sequence, std::size_t topic_events_max) {
  if (topic.sequences.empty()) {
    empty_topics_.remove(topic);
    bytes_ += topic_bytes + topic.name_bytes;
  }
  topic.sequences.push_back(sequence);
  queue_if_over_limit(topic, topic_events_max);
}

void RetainedEntries::queue_if_over_limit(Topic& topic, std::size_t topic_events_max) {
  if (topic.sequences.size() <= topic.events_max(topic_events_max) || std::exchange(topic.over_limit, true))
    return;
  over_limit_.push_back(&topic);
}

void RetainedEntries::limit_topics(std::size_t topic_events_max) {
  for (auto& topic : topics_) queue_if_over_limit(topic, topic_events_max);
}

EntryPtr RetainedEntries::evict_first(Topic& topic, const EvictionMark& mark) {
  const auto sequence = topic.sequences.front();
  topic.sequences.pop_front();
  topic.evicted = mark;
  if (topic.sequences.empty()) {
    bytes_ -= topic_bytes + topic.name_bytes;
    empty_topics_.add(topic);
  }
  auto entry = entries_.release(sequence);
  prefixes_.evict(topic.name(), mark, entries_);
  if (!entry) return nullptr;
  // Topics that evicted it before still had it in their prefixes.
  if (entry->topics().size() > 1) {
    for (const auto name : entry->topics()) prefixes_.drop(name, entries_);
  }
  bytes_ -= entry->size_bytes();
  return entry;
}

// The common mark stands in for all topics but those that are remembered for being closed.
void RetainedEntries::evict_all(const EvictionMark& mark) {
  entries_.clear();
  prefixes_.clear();
  prefixes_.add_mark({}, mark);
  over_limit_.clear();
  empty_topics_.clear();
  bytes_ = 0;
  topics_.erase_if([](const Topic& topic) { return topic.closed_at == 0; });
  for (auto& topic : topics_) {
    topic.sequences.clear();
    topic.over_limit = false;
    topic.evicted = mark;
    topic.in_empty_queue = false;
    empty_topics_.add(topic);
  }
}

void RetainedEntries::close(std::string_view name, Sequence last, const EvictionMark& discarded) {
  const auto [topic, added] = topics_.find_or_add(name);
  topic.closed_at = last;
  if (!added) return;
  topic.evicted = discarded;
  empty_topics_.add(topic);
}

void RetainedEntries::reopen_topics() {
  for (auto& topic : topics_) topic.closed_at = 0;
}

void RetainedEntries::restore_topic(std::string_view name, const TopicState& state,
                                    const EvictionMark& mark) {
  auto& topic = topics_.find_or_add(name).first;
  topic.evicted = mark;
  topic.closed_at = state.closed_at;
  empty_topics_.add(topic);
  if (mark.through != 0) prefixes_.add_mark(name, mark);
}

void RetainedEntries::restore_discarded(const EvictionMark& mark) {
  for (auto& topic : topics_) {
    const auto& sequences = topic.sequences;
    if (topic.evicted.through == 0 && (sequences.empty() || sequences.front() > mark.through))
      topic.evicted = mark;
  }
}

}  // namespace worker::log
