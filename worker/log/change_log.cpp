#include "log/change_log.hpp"

#include <functional>

#include "log/history.hpp"

namespace worker::log {
namespace {

LogChanges with_totals(LogChanges changes, const History& history) {
  changes.forgotten_through = history.losses().discarded().through;
  changes.missing_tail_through = history.losses().missing_tail().through;
  changes.last = history.epochs().last();
  changes.past_ids_max = history.retention().settings().past_ids_max;
  return changes;
}

}  // namespace

void LogChanges::merge(LogChanges&& later) {
  gone.insert(gone.end(), later.gone.begin(), later.gone.end());
  for (auto& [name, state] : later.topics) topics.insert_or_assign(name, state);
  forgotten_through = later.forgotten_through;
  missing_tail_through = later.missing_tail_through;
  last = later.last;
  if (later.past_ids_max) past_ids_max = later.past_ids_max;
}

LogChanges all_changes(const History& history) {
  auto changes = with_totals({.past_ids = history.publisher_ids().past()}, history);
  for (const auto& topic : history.retained().topics()) {
    if (const auto state = topic.state(); state != TopicState{}) changes.topics.emplace(topic.name(), state);
  }
  return changes;
}

LogChanges ChangeLog::take(const History& history) {
  LogChanges changes{.gone = std::exchange(evicted_, {})};
  for (const auto& name : std::exchange(topics_, {})) {
    const auto* topic = history.retained().topics().find(name);
    changes.topics.emplace(name, topic == nullptr ? std::nullopt : std::optional(topic->state()));
  }
  return with_totals(std::move(changes), history);
}

}  // namespace worker::log
