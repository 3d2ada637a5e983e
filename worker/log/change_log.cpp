#include "log/change_log.hpp"

#include <functional>

namespace worker::log {

void LogChanges::merge(LogChanges&& later) {
  gone.insert(gone.end(), later.gone.begin(), later.gone.end());
  for (auto& [name, state] : later.topics) topics.insert_or_assign(name, state);
  forgotten_through = later.forgotten_through;
  missing_tail_through = later.missing_tail_through;
  last = later.last;
  if (later.past_ids_max) past_ids_max = later.past_ids_max;
}

LogChanges ChangeLog::take(const TopicIndex& topics) {
  LogChanges changes{.gone = std::exchange(evicted_, {})};
  for (const auto& name : std::exchange(topics_, {})) {
    const auto* topic = topics.find(name);
    changes.topics.emplace(name, topic == nullptr ? std::nullopt : std::optional(topic->state()));
  }
  return changes;
}

}  // namespace worker::log
