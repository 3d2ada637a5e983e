// A history that is kept elsewhere, too: how it comes back, and what has to be kept of it.
#include <algorithm>
#include <iterator>
#include <utility>

#include "log/history.hpp"

namespace worker::log {

void LogChanges::merge(LogChanges&& later) {
  gone.insert(gone.end(), later.gone.begin(), later.gone.end());
  for (auto& [name, mark] : later.topics) topics.insert_or_assign(name, mark);
  forgotten_through = later.forgotten_through;
  missing_tail_through = later.missing_tail_through;
  last = later.last;
  if (later.past_ids_max) past_ids_max = later.past_ids_max;
}

void History::restore_topic(const std::string& name, const TopicState& mark) {
  // All that was lost before is one eviction, which every reader who comes now has yet to hear of.
  evictions_ = 1;
  auto& topic = topics_.find_or_add(name).first;
  topic.loss = {mark.lost_through, 1};
  topic.closed_at = mark.closed_at;
  on_emptied(topic);
  if (mark.lost_through != 0) prefixes_.mark(name, topic.loss);
}

void History::restore(EntryPtr entry) {
  const auto sequence = entry->sequence();
  std::size_t held_by = 0;
  for (const auto name : entry->topics()) {
    auto& topic = topics_.find_or_add(name).first;
    if (entry->closes()) topic.closed_at = sequence;
    if (sequence <= topic.loss.through) continue;
    hold(topic, sequence);
    ++held_by;
  }
  if (held_by == 0) {  // given up already, and not yet gone where it is kept
    evicted_.push_back({sequence, remember_id(*entry)});
    last_ = sequence;
    return;
  }
  take(entry, held_by);
  for (const auto name : entry->topics()) {
    if (sequence > topics_.find(name)->loss.through) prefixes_.add(name, sequence, entries_);
  }
}

void History::restored(Sequence last, Sequence forgotten_through, Sequence missing_tail_through) {
  last_ = last;
  if (forgotten_through != 0) forgotten_ = {forgotten_through, ++evictions_};
  // One that knows of no loss of its own and began later may have been forgotten before.
  for (auto& topic : topics_) {
    const auto& held = topic.held;
    if (topic.loss.through == 0 && (held.empty() || held.front() > forgotten_through))
      topic.loss = forgotten_;
  }
  if (missing_tail_through != 0) mark_missing_tail(missing_tail_through);
}

void History::mark_missing_tail(Sequence through) {
  missing_tail_ = {through, ++evictions_};
  last_ = std::max(last_, through);
}

// As old as one of the two clocks says: one that was set back makes nobody younger, and one that is ahead is
// believed only once it had its time to be corrected.
std::chrono::milliseconds History::age_of(const Entry& entry) const {
  const auto ms = [](auto duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
  };
  const auto certain = ms(clock_->now() - entry.at());
  if (entry.dated_ms() == 0 || !trusted_clock_) return certain;
  const auto dated = trusted_clock_->wall - std::chrono::milliseconds(entry.dated_ms());
  return std::max(certain, dated + ms(clock_->now() - trusted_clock_->at));
}

void History::become(History&& other) {
  other.followers_ = std::move(followers_);
  other.recording_ = recording_;
  *this = std::move(other);
}

LogChanges History::take_changes() {
  LogChanges changes{
      std::exchange(evicted_, {}), {},          forgotten_.through, missing_tail_.through, last_,
      settings_.past_ids_max,      std::nullopt};
  for (const auto& name : std::exchange(changed_, {})) {
    const auto* topic = topics_.find(name);
    changes.topics.emplace(name, topic == nullptr ? std::nullopt : std::optional(state_of(*topic)));
  }
  return changes;
}

LogChanges History::all_changes() const {
  LogChanges changes{{},       {}, forgotten_.through, missing_tail_.through, last_, settings_.past_ids_max,
                     past_ids_};
  for (const auto& topic : topics_) {
    if (const auto mark = state_of(topic); mark != TopicState{}) changes.topics.emplace(topic.name(), mark);
  }
  return changes;
}

}  // namespace worker::log
