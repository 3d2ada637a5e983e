#include "log/history.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "log/cursor.hpp"
#include "log/same_event.hpp"

namespace worker::log {
namespace {

// How many events one trim() takes from topics: it runs beside a publish, or in a turn of a loop.
constexpr std::size_t releases_per_trim = 1'000;

// What a topic that holds events takes beside them and its name.
constexpr std::size_t topic_bytes = sizeof(Topic) + 8;

}  // namespace

History::History(const Settings& settings, std::string epoch, const base::Clock& clock)
    : epoch_(std::move(epoch)),
      clock_(&clock),
      settings_(settings),
      past_ids_(base::SipKey::random(), settings.past_ids_max) {}

void History::add(EntryPtr entry) {
  const auto sequence = entry->sequence();
  for (const auto name : entry->topics()) {
    auto& topic = find_or_add(name);
    hold(topic, sequence);
    if (entry->closes()) topic.closed_at = sequence;
  }
  take(entry, entry->topics().size());
  for (const auto name : entry->topics()) prefixes_.add(name, sequence, entries_);
}

// A name that is new here may be of a forgotten topic, so it begins with the loss that those share.
Topic& History::find_or_add(std::string_view name) {
  const auto [topic, added] = topics_.find_or_add(name);
  if (added) topic.loss = forgotten_;
  return topic;
}

// Held by so many topics, each of which knows of it already.
void History::take(const EntryPtr& entry, std::size_t topics) {
  last_ = entry->sequence();
  if (!entry->publisher_id().empty()) publisher_ids_.emplace(std::string(entry->publisher_id()), last_);
  bytes_ += entry->size_bytes();
  entries_.add(entry, topics);
}

void History::hold(Topic& topic, Sequence sequence) {
  if (topic.held.empty()) {
    on_refilled(topic);
    bytes_ += topic_bytes + topic.name_bytes;
  }
  topic.held.push_back(sequence);
  queue_if_over_limit(topic);
}

void History::queue_if_over_limit(Topic& topic) {
  if (topic.held.size() <= settings_.topic_events_max || std::exchange(topic.over_limit, true)) return;
  over_limit_.push_back(&topic);
}

bool History::is_current_epoch(const std::string& id) const {
  const auto cursor = Cursor::parse(id);
  return cursor && cursor->epoch == epoch_;
}

EntryPtr History::find_retained(const std::string& publisher_id) const {
  const auto found = publisher_ids_.find(publisher_id);
  return found == publisher_ids_.end() ? nullptr : entries_.at(found->second);
}

void History::remember(std::string_view id, Sequence place) { past_ids_.add(past_ids_.named(id, place, 0)); }

bool History::is_closed(std::string_view name) const {
  const auto* topic = topics_.find(name);
  return topic != nullptr && topic->closed_at != 0;
}

void History::close(std::string_view name, Sequence place) {
  const bool known = topics_.find(name) != nullptr;
  auto& topic = find_or_add(name);
  topic.closed_at = place;
  if (!known) on_emptied(topic);
}

// --- losing ---

void History::lose(Sequence through) {
  entries_.each(0, last_, [&](const EntryPtr& entry) {
    remember_id(*entry);
    return true;
  });
  last_ = through;
  entries_.clear();
  prefixes_.clear();
  publisher_ids_.clear();
  over_limit_.clear();
  clear_empty_topics();
  bytes_ = 0;
  lost_through_ = through;
  forgotten_ = {through, ++evictions_};
  prefixes_.mark({}, forgotten_);
  // The common mark stands in for all topics but those that are remembered for having ended.
  topics_.erase_if([](const Topic& topic) { return topic.closed_at == 0; });
  for (auto& topic : topics_) {
    topic.held.clear();
    topic.over_limit = false;
    topic.loss = forgotten_;
    topic.in_empty_queue = false;
    on_emptied(topic);
  }
}

void History::restart(std::string epoch) {
  previous_epoch_ = std::exchange(epoch_, std::move(epoch));
  previous_epoch_start_ = epoch_start_;
  over_limit_.clear();
  clear_empty_topics();
  topics_.clear();
  // A place that never held anything parts the two lives: who stands at the end of the one has lost it.
  lose(last() + 1);
  epoch_start_ = last();
}

// --- keeping within the bounds ---

// False where it is still over its bound: because a loop has not seen its oldest event, or none is `left` to
// release.
bool History::shorten(Topic& topic, std::size_t& left) {
  const auto& places = topic.held;
  for (; places.size() > settings_.topic_events_max; --left) {
    if (left == 0 || places.front() > slowest_follower()) return false;
    release(topic, places.front());
  }
  return true;
}

bool History::trim() {
  auto left = releases_per_trim;
  for (std::size_t i = 0; i < over_limit_.size() && left > 0;) {
    if (!shorten(*over_limit_[i], left)) {
      ++i;
      continue;
    }
    over_limit_[i]->over_limit = false;
    over_limit_[i] = over_limit_.back();
    over_limit_.pop_back();
  }
  while (left > 0 && oldest_is_evictable()) {
    left -= std::min(left, entries_.front()->topics().size());
    evict_front();
    forget_emptied();  // now, because the bytes that it frees can hold events
  }
  forget_emptied();
  return left == 0;
}

bool History::oldest_is_evictable() const {
  if (entries_.empty() || entries_.first() > slowest_follower()) return false;
  return bytes() > settings_.bytes_max || age_of(*entries_.front()) > settings_.age_max;
}

// Whoever holds it holds nothing before it.
void History::evict_front() {
  const auto entry = entries_.front();
  for (const auto name : entry->topics()) {
    auto* topic = topics_.find(name);
    if (topic == nullptr || topic->held.empty()) continue;
    if (topic->held.front() == entry->sequence()) release(*topic, entry->sequence());
  }
}

void History::release(Topic& topic, Sequence sequence) {
  topic.held.pop_front();
  topic.loss = {sequence, ++evictions_};
  note_change(topic);
  if (topic.held.empty()) {
    bytes_ -= topic_bytes + topic.name_bytes;
    on_emptied(topic);
  }
  const auto entry = entries_.release(sequence);
  prefixes_.release(topic.name(), topic.loss, entries_);
  if (!entry) return;
  // Those that gave it up before still had it in their prefixes.
  if (entry->topics().size() > 1) {
    for (const auto name : entry->topics()) prefixes_.gone(name, entries_);
  }
  bytes_ -= entry->size_bytes();
  auto id = remember_id(*entry);
  if (recording_) evicted_.push_back({sequence, id});
}

void History::note_change(const Topic& topic) {
  if (recording_ && !changed_.contains(topic.name())) changed_.emplace(topic.name());
}

// None where it has no id of its publisher's.
std::optional<PastId> History::remember_id(const Entry& entry) {
  if (entry.publisher_id().empty()) return std::nullopt;
  publisher_ids_.erase(std::string(entry.publisher_id()));
  if (settings_.past_ids_max == 0) return std::nullopt;
  const auto id = past_ids_.named(entry.publisher_id(), entry.sequence(), fingerprint_of(content_of(entry)));
  past_ids_.add(id);
  return id;
}

Sequence History::slowest_follower() const {
  auto seen = last();
  for (const auto* follower : followers_) seen = std::min(seen, follower->at.load());
  return seen;
}

void History::update(const Settings& settings) {
  const bool fewer = settings.topic_events_max < settings_.topic_events_max;
  settings_ = settings;
  past_ids_.limit(settings.past_ids_max);
  if (!fewer) return;
  for (auto& topic : topics_) queue_if_over_limit(topic);
}

LogStats History::stats() const {
  const auto age = entries_.empty() ? std::chrono::milliseconds(0) : age_of(*entries_.front());
  return {.events = entries_.size(),
          .bytes = bytes(),
          .topics = topics_.size(),
          .age = age,
          .past_ids = past_ids_.size(),
          .past_ids_forgotten = past_ids_.forgotten(),
          .emptied_topics = empty_topic_count_,
          .emptied_bytes = empty_topics_bytes_ + prefixes_.emptied_bytes(),
          .forgotten_topics = forgotten_topics_};
}

}  // namespace worker::log
