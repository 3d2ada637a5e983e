#include "log/merged_read.hpp"

#include <algorithm>
#include <optional>

#include "log/topic.hpp"

namespace worker::log {
namespace {

// Entries in one slice, however small: each costs time to send.
constexpr std::size_t slice_entries_max = 1'000;
// A topic that a template was compared with, and that does not match, costs about as much time as so many
// events that may not be read.
constexpr std::size_t comparison_weight = 4;

// Where the topics that match are indexed: below this prefix, or nowhere.
std::optional<std::string_view> indexed_prefix(const Template& each) {
  const auto slash = each.beginning().rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return each.beginning().substr(0, slash + 1);
}

}  // namespace

Slice MergedRead::slice(Sequence after, Sequence until, std::size_t bytes_max,
                        EvictionCount evictions_seen) const {
  auto slice = entries(after, until, bytes_max);
  slice.evicted_through = evicted_through(evictions_seen);
  slice.evictions_seen = history_.losses().evictions();
  slice.why = after < history_.epochs().start() ? GapReason::restarted : GapReason::evicted;
  return slice;
}

// Calls `take` with the sequences under the names, patterns and templates of the subscription until it
// returns false; all templates are indexed. Those under a pattern or a template may be of other topics, or
// evicted.
template <class Take>
void MergedRead::each_sequence(Sequence after, Sequence until, const Take& take) const {
  struct Run {
    const Sequence *next, *end;
  };
  const auto later = [](const Run& one, const Run& other) { return *one.next > *other.next; };
  std::vector<Run> runs;  // a heap: the earliest sequence on top
  const auto add = [&](const SequenceQueue& sequences) {
    const Run run{std::upper_bound(sequences.begin(), sequences.end(), after), sequences.end()};
    if (run.next != run.end) runs.push_back(run);
  };
  for (const auto& name : subscription_.names()) {
    if (const auto* topic = retained_.topics().find(name)) add(topic->sequences);
  }
  for (const auto& prefix : subscription_.prefixes()) {
    if (const auto* sequences = retained_.prefixes().find(prefix)) add(*sequences);
  }
  std::string_view last;
  for (const auto& each : subscription_.templates()) {
    const auto prefix = *indexed_prefix(each);
    const auto* sequences = prefix == last ? nullptr : retained_.prefixes().find(prefix);
    if (sequences != nullptr) add(*sequences);
    last = prefix;
  }
  std::ranges::make_heap(runs, later);
  while (!runs.empty() && *runs.front().next <= until) {
    std::ranges::pop_heap(runs, later);
    auto& run = runs.back();
    const auto sequence = *run.next++;
    if (run.next == run.end) {
      runs.pop_back();
    } else {
      std::ranges::push_heap(runs, later);
    }
    // An event of several of the topics comes once for each.
    if (sequence == after) continue;
    after = sequence;
    if (!take(sequence)) return;
  }
}

Slice MergedRead::entries(Sequence after, Sequence until, std::size_t bytes_max) const {
  const auto& index = retained_.entries();
  Slice slice{.entries = {}, .through = until};
  std::size_t bytes = 0;
  const bool everything = !subscription_.prefixes().empty() && subscription_.prefixes().front().empty();
  const auto& templates = subscription_.templates();
  const bool indexed = !everything && std::ranges::all_of(templates, [](const auto& each) {
    return indexed_prefix(each).has_value();
  });
  // False if so much was skipped that the slice ends.
  const auto skip = [&](Sequence sequence, std::size_t weight) {
    if ((slice.skipped += weight) < skipped_max) return true;
    slice.through = sequence;
    return false;
  };
  // False once the slice is full.
  const auto take = [&](const EntryPtr& entry) {
    if (!subscription_.may_read(*entry) || (everything && is_of_worker(*entry)))
      return skip(entry->sequence(), 1);
    slice.entries.push_back(entry);
    bytes += entry->frame().size();
    if (bytes < bytes_max && slice.entries.size() < slice_entries_max) return true;
    slice.through = entry->sequence();
    return false;
  };
  const auto take_matching = [&](const EntryPtr& entry) {
    return retains(*entry) ? take(entry) : skip(entry->sequence(), comparison_weight * templates.size());
  };
  if (!subscription_.selects_many()) {
    each_sequence(after, until, [&](Sequence sequence) { return take(index.at(sequence)); });
  } else if (everything) {
    index.each(after, until, take);
  } else if (indexed) {
    each_sequence(after, until, [&](Sequence sequence) {
      return !index.contains(sequence) || take_matching(index.at(sequence));
    });
  } else {
    index.each(after, until, take_matching);
  }
  return slice;
}

// It is in a topic of the worker's own, which no pattern matches, and which was not asked for by its name.
bool MergedRead::is_of_worker(const Entry& entry) const {
  return is_reserved(entry.topics().front()) && !subscription_.matches(entry);
}

// One of the topics that match still retains it. What other topics retain does not count.
bool MergedRead::retains(const Entry& entry) const {
  if (entry.topics().size() == 1) return subscription_.matches(entry.topics().front());
  return std::ranges::any_of(entry.topics(), [&](std::string_view name) {
    if (!subscription_.matches(name)) return false;
    const auto* topic = retained_.topics().find(name);
    return topic != nullptr && topic->evicted.through < entry.sequence();
  });
}

Sequence MergedRead::first_available(Sequence after) const {
  const auto last = history_.epochs().last();
  const auto first = entries(after, last, 1);
  const auto evicted = std::max(after, evicted_through(0));
  if (!first.entries.empty()) return std::min(evicted, first.entries.front()->sequence() - 1);
  // What comes after many that may not be read was not looked at.
  return first.through < last ? std::min(evicted, first.through) : evicted;
}

Sequence MergedRead::evicted_through(EvictionCount evictions_seen) const {
  const auto& losses = history_.losses();
  auto through = Sequence{0};
  if (evictions_seen == losses.evictions()) return through;
  const auto count = [&](const EvictionMark& mark) {
    if (mark.at > evictions_seen) through = std::max(through, mark.through);
  };
  count(losses.missing_tail());
  for (const auto& name : subscription_.names()) {
    const auto* topic = retained_.topics().find(name);
    count(topic == nullptr ? losses.discarded() : topic->evicted);
  }
  for (const auto& prefix : subscription_.prefixes()) {
    count(losses.discarded());
    through = std::max(through, retained_.prefixes().evicted_through(prefix, evictions_seen));
  }
  for (const auto& each : subscription_.templates()) {
    count(losses.discarded());
    const auto prefix = indexed_prefix(each).value_or("");
    through = std::max(through, retained_.prefixes().evicted_through(prefix, evictions_seen));
  }
  return through;
}

Sequence MergedRead::closed_at() const {
  if (subscription_.selects_many()) return 0;
  Sequence last = 0;
  for (const auto& name : subscription_.names()) {
    if (is_reserved(name)) continue;  // it goes with one of the others
    const auto* topic = retained_.topics().find(name);
    if (topic == nullptr || topic->closed_at == 0) return 0;
    last = std::max(last, topic->closed_at);
  }
  return last;
}

}  // namespace worker::log
