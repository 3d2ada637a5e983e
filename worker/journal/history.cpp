#include "journal/history.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "journal/cursor.hpp"

namespace worker::journal {
namespace {

// Emptied topics whose last eviction and closing are remembered one by one; beyond them a common mark stands
// in, which can only tell too many readers of a gap, never too few.
constexpr std::size_t emptied_max = 100'000;

// What a topic that holds events takes beside them and its name.
constexpr std::size_t topic_bytes = 240;

}  // namespace

History::History(const Settings& settings, std::string epoch, const base::Clock& clock)
    : epoch_(std::move(epoch)), clock_(&clock), settings_(settings) {}

void History::add(EntryPtr entry) {
  const auto sequence = entry->sequence;
  for (const auto& name : entry->topics) {
    // One that was forgotten begins where forgetting left off.
    const auto topic = topics_.try_emplace(name, Topic{.loss = forgotten_}).first;
    hold(topic, sequence);
    if (entry->closes) topic->second.closed_at = sequence;
  }
  const auto topics = entry->topics.size();
  take(std::move(entry), topics);
}

// Held by so many topics, each of which knows of it already.
void History::take(EntryPtr entry, std::size_t topics) {
  last_ = entry->sequence;
  if (!entry->alias.empty()) aliases_.emplace(entry->alias, last_);
  bytes_ += entry->size_bytes();
  places_.add(std::move(entry), topics);
}

void History::hold(Topics::iterator topic, Sequence sequence) {
  if (topic->second.held.empty()) bytes_ += topic_bytes + topic->first.size();
  topic->second.held.push_back(sequence);
  if (topic->second.held.size() > settings_.topic_events_max) over_.insert(topic->first);
}

bool History::is_own(const std::string& id) const {
  const auto cursor = Cursor::parse(id);
  return cursor && cursor->epoch == epoch_;
}

bool History::is_closed(const std::string& topic) const {
  const auto found = topics_.find(topic);
  return found != topics_.end() && found->second.closed_at != 0;
}

void History::close(const std::string& topic, Sequence place) {
  topics_.try_emplace(topic, Topic{.loss = forgotten_}).first->second.closed_at = place;
}

// --- losing ---

void History::lose(Sequence through) {
  last_ = through;
  places_.clear();
  aliases_.clear();
  over_.clear();
  emptied_.clear();
  bytes_ = 0;
  lost_through_ = through;
  forgotten_ = {through, ++evictions_};
  // The common mark stands in for all topics but those that are remembered for having ended.
  std::erase_if(topics_, [](const auto& topic) { return topic.second.closed_at == 0; });
  for (auto& [name, topic] : topics_) {
    topic.held.clear();
    topic.loss = forgotten_;
    emptied_.push_back(name);
  }
}

void History::restart(std::string epoch) {
  former_epoch_ = std::exchange(epoch_, std::move(epoch));
  former_origin_ = origin_;
  topics_.clear();
  // A place that never held anything parts the two lives: who stands at the end of the one has lost it.
  lose(last() + 1);
  origin_ = last();
}

// --- keeping within the bounds ---

// False where it is still over its bound, because a loop has not seen its oldest event.
bool History::shorten(Topics::iterator topic) {
  const auto& places = topic->second.held;
  while (places.size() > settings_.topic_events_max) {
    if (places.front() > seen_by_all()) return false;
    release(topic, places.front());
  }
  return true;
}

void History::trim() {
  std::erase_if(over_, [&](const std::string& name) {
    const auto topic = topics_.find(name);
    return topic == topics_.end() || shorten(topic);
  });
  while (front_is_spare()) evict_front();
  forget_emptied();
}

bool History::front_is_spare() const {
  if (places_.empty() || places_.first() > seen_by_all()) return false;
  return bytes_ > settings_.bytes_max || clock_->now() - places_.front()->at > settings_.age_max;
}

// Whoever holds it holds nothing before it.
void History::evict_front() {
  const auto entry = places_.front();
  for (const auto& name : entry->topics) {
    const auto topic = topics_.find(name);
    if (topic == topics_.end() || topic->second.held.empty()) continue;
    if (topic->second.held.front() == entry->sequence) release(topic, entry->sequence);
  }
}

void History::release(Topics::iterator topic, Sequence sequence) {
  topic->second.held.pop_front();
  topic->second.loss = {sequence, ++evictions_};
  if (noting_) changed_.insert(topic->first);
  if (topic->second.held.empty()) {
    bytes_ -= topic_bytes + topic->first.size();
    emptied_.push_back(topic->first);
  }
  const auto entry = places_.release(sequence);
  if (!entry) return;
  if (noting_) gone_.push_back(sequence);
  bytes_ -= entry->size_bytes();
  if (!entry->alias.empty()) aliases_.erase(entry->alias);
}

void History::forget_emptied() {
  for (; emptied_.size() > emptied_max; emptied_.pop_front()) {
    const auto topic = topics_.find(emptied_.front());
    if (topic == topics_.end() || !topic->second.held.empty()) continue;
    const auto& loss = topic->second.loss;
    forgotten_ = {std::max(forgotten_.through, loss.through), std::max(forgotten_.at, loss.at)};
    if (noting_) changed_.insert(topic->first);
    topics_.erase(topic);
  }
}

Sequence History::seen_by_all() const {
  auto seen = last();
  for (const auto* follower : followers_) seen = std::min(seen, follower->at.load());
  return seen;
}

void History::update(const Settings& settings) {
  settings_ = settings;
  for (const auto& [name, topic] : topics_) {
    if (topic.held.size() > settings_.topic_events_max) over_.insert(name);
  }
}

// --- reading ---

std::string History::id_of(Sequence sequence) const {
  if (sequence >= origin_) return Cursor{epoch_, sequence - origin_}.text();
  return Cursor{former_epoch_, sequence - std::min(sequence, former_origin_)}.text();
}

std::optional<Sequence> History::find(const std::string& cursor) const {
  if (const auto alias = aliases_.find(cursor); alias != aliases_.end()) return alias->second;
  const auto place = Cursor::parse(cursor);
  if (!place || place->epoch != epoch_ || place->sequence > last() - origin_) return std::nullopt;
  return origin_ + place->sequence;
}

Resumption History::resume(const Selection& selection, const std::optional<std::string>& cursor) const {
  const bool closed = closed_at(selection) != 0;
  if (!cursor && !closed) return {.after = last(), .accounted = evictions_};
  if (!cursor || *cursor == "earliest") return {.after = beginning(selection, 0), .accounted = evictions_};
  const auto found = find(*cursor);
  if (!found) {
    return {.after = beginning(selection, 0),
            .accounted = evictions_,
            .gap = is_earlier_life(*cursor) ? GapReason::restarted : GapReason::unknown};
  }
  if (evicted_through(selection, 0) > *found) {
    return {.after = beginning(selection, *found),
            .accounted = evictions_,
            .gap = *found < doubt_.through ? GapReason::lost : GapReason::evicted};
  }
  auto end = last();
  return {.after = *found,
          .accounted = evictions_,
          .complete = closed && matching(selection, *found, end, 1).empty()};
}

// The last place after which nothing that is held is missed, of those that are not before `after`.
Sequence History::beginning(const Selection& selection, Sequence after) const {
  auto end = last();
  const auto first = matching(selection, after, end, 1);
  const auto evicted = std::max(after, evicted_through(selection, 0));
  return first.empty() ? evicted : std::min(evicted, first.front()->sequence - 1);
}

// A cursor that a hub could have given out, in another epoch. All epochs are of one length.
bool History::is_earlier_life(const std::string& cursor) const {
  const auto place = Cursor::parse(cursor);
  return place && place->epoch != epoch_ && place->epoch.size() == epoch_.size() &&
         std::ranges::all_of(place->epoch,
                             [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

Slice History::read(const Selection& selection, Sequence after, Sequence until, std::size_t bytes_max,
                    Evictions accounted) const {
  Slice slice{.entries = {},
              .through = until,
              .evicted_through = evicted_through(selection, accounted),
              .accounted = evictions_,
              .why = after < origin_ ? GapReason::restarted : GapReason::evicted};
  slice.entries = matching(selection, after, slice.through, bytes_max);
  return slice;
}

// The places of several topics after `after` and up to `until`, each once and in their order, until `take`
// says no.
template <class Take>
void History::each_place(const std::vector<std::string>& names, Sequence after, Sequence until,
                         const Take& take) const {
  struct Run {
    Queue::const_iterator next, end;
  };
  const auto later = [](const Run& one, const Run& other) { return *one.next > *other.next; };
  std::vector<Run> runs;  // a heap: the earliest place on top
  for (const auto& name : names) {
    const auto topic = topics_.find(name);
    if (topic == topics_.end()) continue;
    const auto& places = topic->second.held;
    const Run run{std::upper_bound(places.begin(), places.end(), after), places.end()};
    if (run.next != run.end) runs.push_back(run);
  }
  std::ranges::make_heap(runs, later);
  while (!runs.empty() && *runs.front().next <= until) {
    std::ranges::pop_heap(runs, later);
    auto& run = runs.back();
    const auto place = *run.next++;
    if (run.next == run.end) {
      runs.pop_back();
    } else {
      std::ranges::push_heap(runs, later);
    }
    // An event of several of the topics comes once for each.
    if (place == after) continue;
    after = place;
    if (!take(place)) return;
  }
}

// `until` is moved back to the last entry where the slice is full before it.
std::vector<EntryPtr> History::matching(const Selection& selection, Sequence after, Sequence& until,
                                        std::size_t bytes_max) const {
  std::vector<EntryPtr> entries;
  std::size_t bytes = 0;
  // False once the slice is full.
  const auto take = [&](const EntryPtr& entry) {
    entries.push_back(entry);
    bytes += entry->frame.size();
    if (bytes < bytes_max) return true;
    until = entry->sequence;
    return false;
  };
  if (selection.prefixes().empty()) {
    each_place(selection.names(), after, until, [&](Sequence place) { return take(places_.at(place)); });
  } else {
    places_.each(after, until,
                 [&](const EntryPtr& entry) { return !holds(selection, *entry) || take(entry); });
  }
  return entries;
}

// Through one of its topics at least: what the others hold is theirs, and goes when they give it up.
bool History::holds(const Selection& selection, const Entry& entry) const {
  if (entry.topics.size() == 1) return selection.matches(entry.topics.front());
  return std::ranges::any_of(entry.topics, [&](const auto& name) {
    if (!selection.matches(name)) return false;
    const auto topic = topics_.find(name);
    return topic != topics_.end() && topic->second.loss.through < entry.sequence;
  });
}

std::vector<EntryPtr> History::read_all(Sequence after, std::size_t count_max) const {
  std::vector<EntryPtr> entries;
  places_.each(after, last_, [&](const EntryPtr& entry) {
    if (entries.size() == count_max) return false;
    entries.push_back(entry);
    return true;
  });
  return entries;
}

Sequence History::evicted_through(const Selection& selection, Evictions accounted) const {
  auto through = Sequence{0};
  if (accounted == evictions_) return through;
  const auto count = [&](const Loss& loss) {
    if (loss.at > accounted) through = std::max(through, loss.through);
  };
  count(doubt_);
  for (const auto& name : selection.names()) {
    const auto topic = topics_.find(name);
    count(topic == topics_.end() ? forgotten_ : topic->second.loss);
  }
  for (const auto& prefix : selection.prefixes()) {
    count(forgotten_);
    for (auto topic = topics_.lower_bound(prefix); topic != topics_.end() && topic->first.starts_with(prefix);
         ++topic) {
      count(topic->second.loss);
    }
  }
  return through;
}

Sequence History::closed_at(const Selection& selection) const {
  if (!selection.prefixes().empty()) return 0;
  Sequence last = 0;
  for (const auto& name : selection.names()) {
    const auto topic = topics_.find(name);
    if (topic == topics_.end() || topic->second.closed_at == 0) return 0;
    last = std::max(last, topic->second.closed_at);
  }
  return last;
}

Figures History::figures() const {
  const auto age =
      places_.empty()
          ? std::chrono::milliseconds(0)
          : std::chrono::duration_cast<std::chrono::milliseconds>(clock_->now() - places_.front()->at);
  return {places_.size(), bytes_, topics_.size(), age};
}

}  // namespace worker::journal
