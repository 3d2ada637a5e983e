// A history, as readers see it: where one begins, what it gets, and what it missed.
#include <algorithm>
#include <ranges>

#include "log/cursor.hpp"
#include "log/history.hpp"

namespace worker::log {
namespace {

// Events in one slice, however small: each costs time to send.
constexpr std::size_t slice_entries_max = 1'000;

}  // namespace

std::string History::id_of(Sequence sequence) const {
  if (sequence >= epoch_start_) return Cursor{epoch_, sequence - epoch_start_}.text();
  return Cursor{previous_epoch_, sequence - std::min(sequence, previous_epoch_start_)}.text();
}

std::optional<Sequence> History::find(const std::string& cursor) const {
  // First those that are gone: where two events have had one id, in two lives of the hub, the reader may have
  // it of the earlier one, and must not miss what came after that.
  if (const auto* past = past_ids_.find(cursor)) return past->sequence;
  if (const auto publisher_id = publisher_ids_.find(cursor); publisher_id != publisher_ids_.end())
    return publisher_id->second;
  const auto place = Cursor::parse(cursor);
  if (!place || place->epoch != epoch_ || place->sequence > last() - epoch_start_) return std::nullopt;
  return epoch_start_ + place->sequence;
}

ResumePoint History::resume(const Subscription& subscription,
                            const std::optional<std::string>& cursor) const {
  const bool closed = closed_at(subscription) != 0;
  if (!cursor && !closed) return {.after = last(), .evictions_seen = evictions_};
  if (!cursor || *cursor == "earliest")
    return {.after = beginning(subscription, 0), .evictions_seen = evictions_};
  const auto found = find(*cursor);
  if (!found) {
    const bool other = is_earlier_epoch(*cursor);
    return {.after = beginning(subscription, 0),
            .evictions_seen = evictions_,
            .gap = other ? GapReason::restarted : GapReason::unknown,
            // Epochs are named by the time at which they began. Where several workers write, one that is
            // behind may not have heard of the next epoch yet.
            .may_arrive = !other || Cursor::parse(*cursor)->epoch > epoch_};
  }
  if (evicted_through(subscription, 0) > *found) {
    return {.after = beginning(subscription, *found),
            .evictions_seen = evictions_,
            .gap = *found < epoch_start_            ? GapReason::restarted
                   : *found < missing_tail_.through ? GapReason::lost
                                                    : GapReason::evicted};
  }
  auto end = last();
  return {.after = *found,
          .evictions_seen = evictions_,
          .complete = closed && matching(subscription, *found, end, 1).empty()};
}

// The last place after which nothing that is held is missed, of those that are not before `after`.
Sequence History::beginning(const Subscription& subscription, Sequence after) const {
  auto end = last();
  const auto first = matching(subscription, after, end, 1);
  const auto evicted = std::max(after, evicted_through(subscription, 0));
  return first.empty() ? evicted : std::min(evicted, first.front()->sequence() - 1);
}

// A cursor that a hub could have given out, in another epoch. All epochs are of one length.
bool History::is_earlier_epoch(const std::string& cursor) const {
  const auto place = Cursor::parse(cursor);
  return place && place->epoch != epoch_ && place->epoch.size() == epoch_.size() &&
         std::ranges::all_of(place->epoch,
                             [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); });
}

Slice History::read(const Subscription& subscription, Sequence after, Sequence until, std::size_t bytes_max,
                    EvictionCount evictions_seen) const {
  Slice slice{.entries = {},
              .through = until,
              .evicted_through = evicted_through(subscription, evictions_seen),
              .evictions_seen = evictions_,
              .why = after < epoch_start_ ? GapReason::restarted : GapReason::evicted};
  slice.entries = matching(subscription, after, slice.through, bytes_max);
  return slice;
}

// The places after `after` and up to `until` under the names and patterns of a subscription, each once and in
// their order, until `take` says no. Those of a pattern may hold others, too.
template <class Take>
void History::each_sequence(const Subscription& subscription, Sequence after, Sequence until,
                            const Take& take) const {
  struct Run {
    const Sequence *next, *end;
  };
  const auto later = [](const Run& one, const Run& other) { return *one.next > *other.next; };
  std::vector<Run> runs;  // a heap: the earliest place on top
  const auto add = [&](const SequenceQueue& places) {
    const Run run{std::upper_bound(places.begin(), places.end(), after), places.end()};
    if (run.next != run.end) runs.push_back(run);
  };
  for (const auto& name : subscription.names()) {
    if (const auto* topic = topics_.find(name); topic != nullptr) add(topic->held);
  }
  for (const auto& prefix : subscription.prefixes()) {
    if (const auto* places = prefixes_.find(prefix)) add(*places);
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
std::vector<EntryPtr> History::matching(const Subscription& subscription, Sequence after, Sequence& until,
                                        std::size_t bytes_max) const {
  std::vector<EntryPtr> entries;
  std::size_t bytes = 0;
  // False once the slice is full.
  const auto take = [&](const EntryPtr& entry) {
    entries.push_back(entry);
    bytes += entry->frame().size();
    if (bytes < bytes_max && entries.size() < slice_entries_max) return true;
    until = entry->sequence();
    return false;
  };
  if (subscription.prefixes().empty()) {
    each_sequence(subscription, after, until, [&](Sequence place) { return take(entries_.at(place)); });
  } else if (subscription.prefixes().front().empty()) {  // everything matches
    entries_.each(after, until, take);
  } else {
    each_sequence(subscription, after, until, [&](Sequence place) {
      return !entries_.holds(place) || !holds(subscription, *entries_.at(place)) || take(entries_.at(place));
    });
  }
  return entries;
}

// Through one of its topics at least: what the others hold is theirs, and goes when they give it up.
bool History::holds(const Subscription& subscription, const Entry& entry) const {
  if (entry.topics().size() == 1) return subscription.matches(entry.topics().front());
  return std::ranges::any_of(entry.topics(), [&](std::string_view name) {
    if (!subscription.matches(name)) return false;
    const auto* topic = topics_.find(name);
    return topic != nullptr && topic->loss.through < entry.sequence();
  });
}

std::vector<EntryPtr> History::read_all(Sequence after, std::size_t count_max) const {
  std::vector<EntryPtr> entries;
  entries_.each(after, last_, [&](const EntryPtr& entry) {
    if (entries.size() == count_max) return false;
    entries.push_back(entry);
    return true;
  });
  return entries;
}

Sequence History::evicted_through(const Subscription& subscription, EvictionCount evictions_seen) const {
  auto through = Sequence{0};
  if (evictions_seen == evictions_) return through;
  const auto count = [&](const EvictionMark& loss) {
    if (loss.at > evictions_seen) through = std::max(through, loss.through);
  };
  count(missing_tail_);
  for (const auto& name : subscription.names()) {
    const auto* topic = topics_.find(name);
    count(topic == nullptr ? forgotten_ : topic->loss);
  }
  for (const auto& prefix : subscription.prefixes()) {
    count(forgotten_);
    through = std::max(through, prefixes_.lost_through(prefix, evictions_seen));
  }
  return through;
}

Sequence History::closed_at(const Subscription& subscription) const {
  if (!subscription.prefixes().empty()) return 0;
  Sequence last = 0;
  for (const auto& name : subscription.names()) {
    const auto* topic = topics_.find(name);
    if (topic == nullptr || topic->closed_at == 0) return 0;
    last = std::max(last, topic->closed_at);
  }
  return last;
}

}  // namespace worker::log
