#include "journal/memory_journal.hpp"

#include <algorithm>
#include <utility>

#include "journal/cursor.hpp"
#include "sse/frame.hpp"

namespace worker::journal {
namespace {

// Emptied topics whose last eviction and closing are remembered one by one; beyond them a common mark stands
// in, which can only tell too many readers of a gap, never too few.
constexpr std::size_t emptied_max = 100'000;

}  // namespace

MemoryJournal::MemoryJournal(const Settings& settings, std::string epoch, const base::Clock& clock)
    : epoch_(std::move(epoch)), clock_(clock), settings_(settings) {}

void MemoryJournal::append(std::vector<Draft> drafts, Done done) {
  std::vector<Kept> results;
  results.reserve(drafts.size());
  std::vector<Listener> listeners;
  {
    const std::lock_guard lock(mutex_);
    for (auto& draft : drafts) results.push_back(keep(std::move(draft)));
    trim();
    listeners = listeners_;
  }
  for (const auto& listener : listeners) listener.news();
  done(std::move(results));
}

Journal::Kept MemoryJournal::keep(Draft&& draft) {
  auto& event = draft.event;
  if (!event.id.empty()) {
    const auto cursor = Cursor::parse(event.id);
    if (cursor && cursor->epoch == epoch_) return base::failure(Rejection::reserved);
    if (aliases_.contains(event.id)) return event.id;
  }
  for (const auto& name : draft.topics) {
    const auto topic = topics_.find(name);
    if (topic != topics_.end() && topic->second.closed_at != 0) return base::failure(Rejection::closed);
  }
  const auto sequence = last_locked() + 1;
  auto entry = std::make_shared<Entry>();
  entry->sequence = sequence;
  entry->alias = event.id;
  if (event.id.empty()) event.id = id_of(sequence);
  if (draft.silent) {
    sse::append_cursor(entry->frame, event.id);
  } else {
    sse::append_event(entry->frame, event);
  }
  if (entry->frame.capacity() > entry->frame.size() + entry->frame.size() / 8 + 48)
    entry->frame.shrink_to_fit();
  entry->topics = std::move(draft.topics);
  entry->key = std::move(draft.key);
  entry->closes = draft.closes;
  entry->at = clock_.now();
  for (const auto& name : entry->topics) {
    // One that was forgotten begins where forgetting left off.
    auto& topic = topics_.try_emplace(name, Topic{{}, forgotten_, 0}).first->second;
    topic.held.push_back(sequence);
    if (entry->closes) topic.closed_at = sequence;
  }
  if (!entry->alias.empty()) aliases_.emplace(entry->alias, sequence);
  ++events_;
  bytes_ += entry->size_bytes();
  log_.push_back({entry, entry->topics.size()});
  for (const auto& name : entry->topics) {
    if (!shorten(topics_.find(name))) over_.insert(name);
  }
  return event.id;
}

// --- keeping within the bounds ---

// False where it is still over its bound, because a loop has not seen its oldest event.
bool MemoryJournal::shorten(Topics::iterator topic) {
  const auto& places = topic->second.held;
  while (places.size() > settings_.topic_events_max) {
    if (places.front() > seen_by_all()) return false;
    release(topic, places.front());
  }
  return true;
}

void MemoryJournal::trim() {
  std::erase_if(over_, [&](const std::string& name) {
    const auto topic = topics_.find(name);
    return topic == topics_.end() || shorten(topic);
  });
  while (front_is_spare()) evict_front();
  while (!log_.empty() && !log_.front().entry) {
    log_.pop_front();
    ++first_;
  }
  forget_emptied();
}

bool MemoryJournal::front_is_spare() const {
  if (log_.empty() || first_ > seen_by_all()) return false;
  const auto& entry = log_.front().entry;
  return !entry || bytes_ > settings_.bytes_max || clock_.now() - entry->at > settings_.age_max;
}

void MemoryJournal::evict_front() {
  const auto sequence = first_;
  if (const auto entry = log_.front().entry) {
    for (const auto& name : entry->topics) {
      const auto topic = topics_.find(name);
      if (topic != topics_.end() && !topic->second.held.empty() && topic->second.held.front() == sequence) {
        release(topic, sequence);
      }
    }
  }
  log_.pop_front();
  ++first_;
}

void MemoryJournal::release(Topics::iterator topic, Sequence sequence) {
  topic->second.held.pop_front();
  topic->second.loss = {sequence, ++evictions_};
  if (topic->second.held.empty()) emptied_.push_back(topic->first);
  auto& [entry, topics] = held(sequence);
  if (--topics > 0) return;
  --events_;
  bytes_ -= entry->size_bytes();
  if (!entry->alias.empty()) aliases_.erase(entry->alias);
  entry.reset();
}

void MemoryJournal::forget_emptied() {
  for (; emptied_.size() > emptied_max; emptied_.pop_front()) {
    const auto topic = topics_.find(emptied_.front());
    if (topic == topics_.end() || !topic->second.held.empty()) continue;
    const auto& loss = topic->second.loss;
    forgotten_ = {std::max(forgotten_.through, loss.through), std::max(forgotten_.at, loss.at)};
    topics_.erase(topic);
  }
}

Sequence MemoryJournal::seen_by_all() const {
  auto seen = last_locked();
  for (const auto& listener : listeners_) seen = std::min(seen, listener.follower->at.load());
  return seen;
}

void MemoryJournal::expire() {
  const std::lock_guard lock(mutex_);
  trim();
}

void MemoryJournal::update(const Settings& settings) {
  const std::lock_guard lock(mutex_);
  settings_ = settings;
  for (const auto& [name, topic] : topics_) {
    if (topic.held.size() > settings_.topic_events_max) over_.insert(name);
  }
}

// --- reading ---

std::string MemoryJournal::id_of(Sequence sequence) const { return Cursor{epoch_, sequence}.text(); }

std::optional<Sequence> MemoryJournal::find(const std::string& cursor) const {
  if (const auto alias = aliases_.find(cursor); alias != aliases_.end()) return alias->second;
  const auto place = Cursor::parse(cursor);
  if (!place || place->epoch != epoch_ || place->sequence > last_locked()) return std::nullopt;
  return place->sequence;
}

Resumption MemoryJournal::resume(const Selection& selection, const std::optional<std::string>& cursor) const {
  const std::lock_guard lock(mutex_);
  const bool closed = closed_at_locked(selection) != 0;
  if (!cursor && !closed) return {.after = last_locked(), .accounted = evictions_};
  if (!cursor || *cursor == "earliest") return {.after = beginning(selection, 0), .accounted = evictions_};
  const auto found = find(*cursor);
  if (!found) {
    return {.after = beginning(selection, 0),
            .accounted = evictions_,
            .gap = is_earlier_life(*cursor) ? GapReason::restarted : GapReason::unknown};
  }
  if (evicted_through(selection, 0) > *found) {
    return {.after = beginning(selection, *found), .accounted = evictions_, .gap = GapReason::evicted};
  }
  auto end = last_locked();
  return {.after = *found,
          .accounted = evictions_,
          .complete = closed && read_locked(selection, *found, end, 1).empty()};
}

// The last place after which nothing that is held is missed, of those that are not before `after`.
Sequence MemoryJournal::beginning(const Selection& selection, Sequence after) const {
  auto end = last_locked();
  const auto first = read_locked(selection, after, end, 1);
  const auto evicted = std::max(after, evicted_through(selection, 0));
  return first.empty() ? evicted : std::min(evicted, first.front()->sequence - 1);
}

// A cursor that a hub could have given out, in another epoch. All epochs are of one length.
bool MemoryJournal::is_earlier_life(const std::string& cursor) const {
  const auto place = Cursor::parse(cursor);
  return place && place->epoch != epoch_ && place->epoch.size() == epoch_.size() &&
         std::ranges::all_of(place->epoch,
                             [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

Slice MemoryJournal::read(const Selection& selection, Sequence after, Sequence until, std::size_t bytes_max,
                          Evictions accounted) const {
  const std::lock_guard lock(mutex_);
  Slice slice{.entries = {},
              .through = until,
              .evicted_through = evicted_through(selection, accounted),
              .accounted = evictions_};
  slice.entries = read_locked(selection, after, slice.through, bytes_max);
  return slice;
}

// `until` is moved back to the last entry where the slice is full before it.
std::vector<EntryPtr> MemoryJournal::read_locked(const Selection& selection, Sequence after, Sequence& until,
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
  if (selection.prefixes().empty() && selection.names().size() == 1) {
    const auto topic = topics_.find(selection.names().front());
    if (topic == topics_.end()) return entries;
    const auto& places = topic->second.held;
    for (auto place = std::ranges::upper_bound(places, after);
         place != places.end() && *place <= until && take(held(*place).entry); ++place) {
    }
  } else {
    for (auto place = std::max(after + 1, first_); place <= std::min(until, last_locked()); ++place) {
      const auto& entry = held(place).entry;
      if (entry && holds(selection, *entry) && !take(entry)) break;
    }
  }
  return entries;
}

// Through one of its topics at least: what the others hold is theirs, and goes when they give it up.
bool MemoryJournal::holds(const Selection& selection, const Entry& entry) const {
  if (entry.topics.size() == 1) return selection.matches(entry.topics.front());
  return std::ranges::any_of(entry.topics, [&](const auto& name) {
    if (!selection.matches(name)) return false;
    const auto topic = topics_.find(name);
    return topic != topics_.end() && topic->second.loss.through < entry.sequence;
  });
}

std::vector<EntryPtr> MemoryJournal::read_all(Sequence after, std::size_t count_max) const {
  const std::lock_guard lock(mutex_);
  std::vector<EntryPtr> entries;
  for (auto place = std::max(after + 1, first_); place <= last_locked() && entries.size() < count_max;
       ++place) {
    if (const auto& entry = held(place).entry) entries.push_back(entry);
  }
  return entries;
}

Sequence MemoryJournal::evicted_through(const Selection& selection, Evictions accounted) const {
  auto through = Sequence{0};
  if (accounted == evictions_) return through;
  const auto count = [&](const Loss& loss) {
    if (loss.at > accounted) through = std::max(through, loss.through);
  };
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

Sequence MemoryJournal::closed_at(const Selection& selection) const {
  const std::lock_guard lock(mutex_);
  return closed_at_locked(selection);
}

Sequence MemoryJournal::closed_at_locked(const Selection& selection) const {
  if (!selection.prefixes().empty()) return 0;
  Sequence last = 0;
  for (const auto& name : selection.names()) {
    const auto topic = topics_.find(name);
    if (topic == topics_.end() || topic->second.closed_at == 0) return 0;
    last = std::max(last, topic->second.closed_at);
  }
  return last;
}

Sequence MemoryJournal::last() const {
  const std::lock_guard lock(mutex_);
  return last_locked();
}

void MemoryJournal::follow(Follower& follower, std::function<void()> news) {
  const std::lock_guard lock(mutex_);
  follower.at = last_locked();
  listeners_.push_back({&follower, std::move(news)});
}

Figures MemoryJournal::figures() const {
  const std::lock_guard lock(mutex_);
  const auto age =
      events_ == 0
          ? std::chrono::milliseconds(0)
          : std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - log_.front().entry->at);
  return {events_, bytes_, topics_.size(), age};
}

}  // namespace worker::journal
