#include "log/history.hpp"

#include <algorithm>

namespace worker::log {
namespace {

// How many entries one trim() evicts from topics: it runs beside a publish, or in a turn of a loop.
constexpr std::size_t evictions_per_trim = 1'000;

}  // namespace

void History::add(EntryPtr entry) {
  retained_.add(entry, losses_.discarded(), settings().topic_events_max);
  publisher_ids_.add(*entry);
  epochs_.advance(entry->sequence());
}

void History::close(std::string_view name, Sequence sequence) {
  retained_.close(name, sequence, losses_.discarded());
}

void History::lose(Sequence through) {
  retained_.entries().each(0, last(), [&](const EntryPtr& entry) {
    publisher_ids_.evict(*entry);
    return true;
  });
  retained_.evict_all(losses_.lose_through(through));
  epochs_.advance(through);
}

void History::restart(std::string epoch) {
  retained_.reopen_topics();
  epochs_.begin(std::move(epoch));
  lose(epochs_.last());
}

void History::mark_missing_tail(Sequence through) {
  losses_.mark_missing_tail(through);
  epochs_.advance(through);
}

// --- retention ---

bool History::trim() {
  const auto read_through = retention_.read_through();
  auto left = evictions_per_trim;
  retained_.each_over_limit(left, [&](Topic& topic) { return trim_topic(topic, read_through, left); });
  const auto& entries = retained_.entries();
  while (left > 0 && !entries.empty() && entries.first() <= read_through &&
         retention_.is_over(*entries.front(), retained_.bytes())) {
    left -= std::min(left, entries.front()->topics().size());
    evict_oldest();
    discard_empty_topics();  // now, because the bytes that it frees can hold entries
  }
  discard_empty_topics();
  return left == 0;
}

// False if it is still over its bound: a follower has not read its oldest entry, or none is `left` to evict.
bool History::trim_topic(Topic& topic, Sequence read_through, std::size_t& left) {
  for (; topic.sequences.size() > settings().topic_events_max; --left) {
    if (left == 0 || topic.sequences.front() > read_through) return false;
    evict_first(topic);
  }
  return true;
}

// A topic that retains it retains nothing before it.
void History::evict_oldest() {
  const auto entry = retained_.entries().front();
  for (const auto name : entry->topics()) {
    auto* const topic = retained_.find_topic(name);
    if (topic == nullptr || topic->sequences.empty()) continue;
    if (topic->sequences.front() == entry->sequence()) evict_first(*topic);
  }
}

void History::evict_first(Topic& topic) {
  changes_.add_topic(topic);
  const auto entry = retained_.evict_first(topic, losses_.evict(topic.sequences.front()));
  if (!entry) return;
  const auto id = publisher_ids_.evict(*entry);
  if (changes_.recording()) changes_.add_evicted({entry->sequence(), id});
}

void History::discard_empty_topics() {
  retained_.discard_empty(settings().bytes_max, [&](const Topic& topic) {
    losses_.add_discarded(topic.evicted);
    changes_.add_topic(topic);
  });
}

void History::update(const Settings& settings) {
  const bool fewer = settings.topic_events_max < this->settings().topic_events_max;
  retention_.update(settings);
  publisher_ids_.limit_past(settings.past_ids_max);
  if (fewer) retained_.limit_topics(settings.topic_events_max);
}

// --- a log that the store has kept ---

void History::restore_topic(const std::string& name, const TopicState& state) {
  retained_.restore_topic(name, state, losses_.restore(state.lost_through));
  epochs_.advance(state.lost_through);  // even if the file is wrong: no topic has evicted a later sequence
}

void History::restore(EntryPtr entry) {
  if (retained_.add(entry, losses_.discarded(), settings().topic_events_max) > 0) {
    publisher_ids_.add(*entry);
  } else {  // evicted before, and not deleted yet where the store keeps it
    changes_.add_evicted({entry->sequence(), publisher_ids_.evict(*entry)});
  }
  epochs_.advance(entry->sequence());
}

void History::restored(Sequence last, Sequence discarded_through, Sequence missing_tail_through) {
  epochs_.advance(last);
  if (discarded_through != 0) losses_.restore_discarded(discarded_through);
  retained_.restore_discarded(losses_.discarded());
  if (missing_tail_through != 0) mark_missing_tail(missing_tail_through);
}

void History::become(History&& other) {
  other.retention_.follow_all_of(retention_);
  if (changes_.recording()) other.changes_.record();
  *this = std::move(other);
}

// --- for a store that keeps the log in a file ---

LogChanges History::with_totals(LogChanges changes) const {
  changes.forgotten_through = losses_.discarded().through;
  changes.missing_tail_through = losses_.missing_tail().through;
  changes.last = last();
  changes.past_ids_max = settings().past_ids_max;
  return changes;
}

LogChanges History::take_changes() { return with_totals(changes_.take(retained_.topics())); }

LogChanges History::all_changes() const {
  auto changes = with_totals({.past_ids = past_ids()});
  for (const auto& topic : retained_.topics()) {
    if (const auto state = topic.state(); state != TopicState{}) changes.topics.emplace(topic.name(), state);
  }
  return changes;
}

// --- what is known ---

Sequence History::first() const {
  return retained_.entries().empty() ? last() + 1 : retained_.entries().first();
}

EntryPtr History::find_retained(const std::string& publisher_id) const {
  const auto sequence = publisher_ids_.find_retained(publisher_id);
  return sequence ? retained_.entries().at(*sequence) : nullptr;
}

bool History::is_closed(std::string_view name) const {
  const auto* topic = retained_.topics().find(name);
  return topic != nullptr && topic->closed_at != 0;
}

LogStats History::stats() const {
  const auto& entries = retained_.entries();
  const auto& empty = retained_.empty_topics();
  return {.events = entries.size(),
          .bytes = retained_.bytes(),
          .topics = retained_.topics().size(),
          .age = entries.empty() ? std::chrono::milliseconds(0) : retention_.age_of(*entries.front()),
          .past_ids = past_ids().size(),
          .past_ids_forgotten = past_ids().forgotten(),
          .emptied_topics = empty.count(),
          .emptied_bytes = empty.bytes() + retained_.prefixes().empty_bytes(),
          .forgotten_topics = empty.discarded()};
}

}  // namespace worker::log
