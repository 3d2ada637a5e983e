#include "log/history.hpp"

#include <algorithm>

namespace worker::log {
namespace {

// How many entries one trim() evicts from topics: it runs beside a publish, or in a turn of a loop.
constexpr std::size_t evictions_per_trim = 1'000;

}  // namespace

void History::add(const EntryPtr& entry) {
  retained_.add(entry, losses_.discarded(), retention_.settings().topic_events_max);
  publisher_ids_.add(*entry);
  epochs_.advance(entry->sequence());
  // An entry from before the start has no time by this machine's clock: a store may add a whole history of
  // them at once.
  if (entry->dated_ms() == 0) topic_rates_.add(*entry);
}

void History::close(std::string_view name, Sequence sequence) {
  retained_.close(name, sequence, losses_.discarded());
}

void History::lose(Sequence through) {
  retained_.entries().each(0, epochs_.last(), [&](const EntryPtr& entry) {
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
  const auto events_max = topic.events_max(retention_.settings().topic_events_max);
  for (; topic.sequences.size() > events_max; --left) {
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
  retained_.discard_empty(retention_.settings().bytes_max, [&](const Topic& topic) {
    losses_.add_discarded(topic.evicted);
    changes_.add_topic(topic);
  });
}

void History::update(const Settings& settings) {
  const bool fewer = settings.topic_events_max < retention_.settings().topic_events_max;
  retention_.update(settings);
  publisher_ids_.limit_past(settings.past_ids_max);
  if (fewer) retained_.limit_topics(settings.topic_events_max);
}

// The bounds may have changed while `other` was loaded.
void History::become(History&& other) {
  other.update(retention_.settings());
  other.retention_ = std::move(retention_);
  other.topic_rates_ = std::move(topic_rates_);
  *this = std::move(other);
}

// --- what is known ---

EntryPtr History::find_retained(const std::string& publisher_id) const {
  const auto sequence = publisher_ids_.find_retained(publisher_id);
  return sequence ? retained_.entries().at(*sequence) : nullptr;
}

LogStats stats_of(const History& history) {
  const auto& entries = history.retained().entries();
  const auto& empty = history.retained().empty_topics();
  const auto& past_ids = history.publisher_ids().past();
  return {
      .events = entries.size(),
      .bytes = history.retained().bytes(),
      .topics = history.retained().topics().size(),
      .age = entries.empty() ? std::chrono::milliseconds(0) : history.retention().age_of(*entries.front()),
      .past_ids = past_ids.size(),
      .past_ids_forgotten = past_ids.forgotten(),
      .emptied_topics = empty.count(),
      .emptied_bytes = empty.bytes() + history.retained().prefixes().empty_bytes(),
      .forgotten_topics = empty.discarded()};
}

}  // namespace worker::log
