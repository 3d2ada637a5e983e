// A history that is kept elsewhere, too: how it comes back, and what has to be kept of it.
#include <algorithm>
#include <iterator>
#include <utility>

#include "journal/history.hpp"

namespace worker::journal {

void Changes::merge(Changes&& later) {
  gone.insert(gone.end(), later.gone.begin(), later.gone.end());
  for (auto& [name, mark] : later.topics) topics.insert_or_assign(name, mark);
  forgotten_through = later.forgotten_through;
  last = later.last;
}

void History::restore_topic(const std::string& name, const TopicMark& mark) {
  // All that was lost before is one eviction, which every reader who comes now has yet to hear of.
  evictions_ = 1;
  const auto topic = topics_.emplace(name, Topic{{}, {mark.lost_through, 1}, mark.closed_at}).first;
  emptied_.push_back(topic->first);
}

void History::restore(EntryPtr entry) {
  const auto sequence = entry->sequence;
  if (log_.empty()) first_ = sequence;
  pad(sequence - 1);
  std::size_t held_by = 0;
  for (const auto& name : entry->topics) {
    const auto topic = topics_.try_emplace(name).first;
    if (entry->closes) topic->second.closed_at = sequence;
    if (sequence <= topic->second.loss.through) continue;
    hold(topic, sequence);
    ++held_by;
  }
  if (held_by == 0) {  // given up already, and not yet gone where it is kept
    gone_.push_back(sequence);
    return pad(sequence);
  }
  if (!entry->alias.empty()) aliases_.emplace(entry->alias, sequence);
  ++events_;
  bytes_ += entry->size_bytes();
  log_.push_back({std::move(entry), held_by});
}

void History::restored(Sequence last, Sequence forgotten_through) {
  if (log_.empty()) first_ = last + 1;
  pad(last);
  if (forgotten_through == 0) return;
  evictions_ = 1;
  forgotten_ = {forgotten_through, 1};
  // One without a mark that began later may have been forgotten before.
  for (auto& [name, topic] : topics_) {
    if (topic.loss.at == 0 && topic.held.front() > forgotten_through) topic.loss = forgotten_;
  }
}

void History::pad(Sequence through) {
  while (last() < through) log_.push_back({nullptr, 0});
}

void History::become(History&& other) {
  other.followers_ = std::move(followers_);
  other.noting_ = noting_;
  *this = std::move(other);
}

Changes History::take_changes() {
  Changes changes{std::exchange(gone_, {}), {}, forgotten_.through, last()};
  for (const auto& name : std::exchange(changed_, {})) {
    const auto topic = topics_.find(name);
    changes.topics.emplace(name,
                           topic == topics_.end() ? std::nullopt : std::optional(mark_of(topic->second)));
  }
  return changes;
}

Changes History::all_marks() const {
  Changes changes{{}, {}, forgotten_.through, last()};
  for (const auto& [name, topic] : topics_) {
    if (const auto mark = mark_of(topic); mark != TopicMark{}) changes.topics.emplace(name, mark);
  }
  return changes;
}

}  // namespace worker::journal
