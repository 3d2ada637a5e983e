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
    auto& topic = obtain(name);
    hold(topic, sequence);
    if (entry->closes()) topic.closed_at = sequence;
  }
  take(entry, entry->topics().size());
  for (const auto name : entry->topics()) prefixes_.add(name, sequence, places_);
}

// A name that is new here may be of a forgotten topic, so it begins with the loss that those share.
Topic& History::obtain(std::string_view name) {
  const auto [topic, added] = topics_.obtain(name);
  if (added) topic.loss = forgotten_;
  return topic;
}

// Held by so many topics, each of which knows of it already.
void History::take(const EntryPtr& entry, std::size_t topics) {
  last_ = entry->sequence();
  if (!entry->alias().empty()) aliases_.emplace(std::string(entry->alias()), last_);
  bytes_ += entry->size_bytes();
  places_.add(entry, topics);
}

void History::hold(Topic& topic, Sequence sequence) {
  if (topic.held.empty()) {
    holds_again(topic);
    bytes_ += topic_bytes + topic.name_bytes;
  }
  topic.held.push_back(sequence);
  note_if_over(topic);
}

void History::note_if_over(Topic& topic) {
  if (topic.held.size() <= settings_.topic_events_max || std::exchange(topic.is_over, true)) return;
  over_.push_back(&topic);
}

bool History::is_own(const std::string& id) const {
  const auto cursor = Cursor::parse(id);
  return cursor && cursor->epoch == epoch_;
}

EntryPtr History::find_held(const std::string& alias) const {
  const auto found = aliases_.find(alias);
  return found == aliases_.end() ? nullptr : places_.at(found->second);
}

void History::remember(std::string_view id, Sequence place) { past_ids_.add(past_ids_.named(id, place, 0)); }

bool History::is_closed(std::string_view name) const {
  const auto* topic = topics_.find(name);
  return topic != nullptr && topic->closed_at != 0;
}

void History::close(std::string_view name, Sequence place) {
  const bool known = topics_.find(name) != nullptr;
  auto& topic = obtain(name);
  topic.closed_at = place;
  if (!known) holds_nothing(topic);
}

// --- losing ---

void History::lose(Sequence through) {
  places_.each(0, last_, [&](const EntryPtr& entry) {
    remember_id(*entry);
    return true;
  });
  last_ = through;
  places_.clear();
  prefixes_.clear();
  aliases_.clear();
  over_.clear();
  forget_no_line();
  bytes_ = 0;
  lost_through_ = through;
  forgotten_ = {through, ++evictions_};
  prefixes_.mark({}, forgotten_);
  // The common mark stands in for all topics but those that are remembered for having ended.
  topics_.erase_if([](const Topic& topic) { return topic.closed_at == 0; });
  for (auto& topic : topics_) {
    topic.held.clear();
    topic.is_over = false;
    topic.loss = forgotten_;
    topic.in_line = false;
    holds_nothing(topic);
  }
}

void History::restart(std::string epoch) {
  former_epoch_ = std::exchange(epoch_, std::move(epoch));
  former_origin_ = origin_;
  over_.clear();
  forget_no_line();
  topics_.clear();
  // A place that never held anything parts the two lives: who stands at the end of the one has lost it.
  lose(last() + 1);
  origin_ = last();
}

// --- keeping within the bounds ---

// False where it is still over its bound: because a loop has not seen its oldest event, or none is `left` to
// release.
bool History::shorten(Topic& topic, std::size_t& left) {
  const auto& places = topic.held;
  for (; places.size() > settings_.topic_events_max; --left) {
    if (left == 0 || places.front() > seen_by_all()) return false;
    release(topic, places.front());
  }
  return true;
}

bool History::trim() {
  auto left = releases_per_trim;
  for (std::size_t i = 0; i < over_.size() && left > 0;) {
    if (!shorten(*over_[i], left)) {
      ++i;
      continue;
    }
    over_[i]->is_over = false;
    over_[i] = over_.back();
    over_.pop_back();
  }
  while (left > 0 && front_is_spare()) {
    left -= std::min(left, places_.front()->topics().size());
    evict_front();
    forget_emptied();  // now, because the bytes that it frees can hold events
  }
  forget_emptied();
  return left == 0;
}

bool History::front_is_spare() const {
  if (places_.empty() || places_.first() > seen_by_all()) return false;
  return bytes() > settings_.bytes_max || age_of(*places_.front()) > settings_.age_max;
}

// Whoever holds it holds nothing before it.
void History::evict_front() {
  const auto entry = places_.front();
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
    holds_nothing(topic);
  }
  const auto entry = places_.release(sequence);
  prefixes_.release(topic.name(), topic.loss, places_);
  if (!entry) return;
  // Those that gave it up before still had it in their prefixes.
  if (entry->topics().size() > 1) {
    for (const auto name : entry->topics()) prefixes_.gone(name, places_);
  }
  bytes_ -= entry->size_bytes();
  auto id = remember_id(*entry);
  if (noting_) gone_.push_back({sequence, id});
}

void History::note_change(const Topic& topic) {
  if (noting_ && !changed_.contains(topic.name())) changed_.emplace(topic.name());
}

// None where it has no id of its publisher's.
std::optional<PastId> History::remember_id(const Entry& entry) {
  if (entry.alias().empty()) return std::nullopt;
  aliases_.erase(std::string(entry.alias()));
  if (settings_.past_ids_max == 0) return std::nullopt;
  const auto id = past_ids_.named(entry.alias(), entry.sequence(), fingerprint_of(content_of(entry)));
  past_ids_.add(id);
  return id;
}

Sequence History::seen_by_all() const {
  auto seen = last();
  for (const auto* follower : followers_) seen = std::min(seen, follower->at.load());
  return seen;
}

void History::update(const Settings& settings) {
  const bool fewer = settings.topic_events_max < settings_.topic_events_max;
  settings_ = settings;
  past_ids_.limit(settings.past_ids_max);
  if (!fewer) return;
  for (auto& topic : topics_) note_if_over(topic);
}

Figures History::figures() const {
  const auto age = places_.empty() ? std::chrono::milliseconds(0) : age_of(*places_.front());
  return {.events = places_.size(),
          .bytes = bytes(),
          .topics = topics_.size(),
          .age = age,
          .past_ids = past_ids_.size(),
          .past_ids_forgotten = past_ids_.forgotten(),
          .emptied_topics = emptied_topics_,
          .emptied_bytes = emptied_bytes_ + prefixes_.emptied_bytes(),
          .forgotten_topics = forgotten_topics_};
}

}  // namespace worker::log
