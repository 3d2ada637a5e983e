#include "log/prefix_index.hpp"

#include <algorithm>
#include <functional>

#include "log/topic.hpp"

namespace worker::log {
namespace {

// Fewer than this are not worth a sweep.
constexpr std::size_t sweep_min = 16;
// More are merged: a reader may then get a gap that does not concern it, but never misses one.
constexpr std::size_t marks_max = 64;
// A node with its slot in the table, and one sequence, with what an allocator adds.
constexpr std::size_t node_bytes = 72;
constexpr std::size_t sequence_bytes = 12;
// Bytes of a node without sequences, including its element of the queue.
constexpr std::size_t empty_node_bytes = 128;

std::uint64_t hash_of(std::string_view prefix) { return std::hash<std::string_view>()(prefix); }

// Calls `visit` with each prefix of `topic` that is indexed, shortest first. No pattern matches a reserved
// topic.
template <class Visit>
void each_prefix(std::string_view topic, const Visit& visit) {
  if (is_reserved(topic)) return;
  std::size_t slashes = 0;
  for (auto slash = topic.find('/'); slash != std::string_view::npos && slashes < PrefixIndex::slashes_max;
       slash = topic.find('/', slash + 1), ++slashes) {
    visit(hash_of(topic.substr(0, slash + 1)));
  }
}

// The part of a pattern's prefix that is indexed.
std::string_view indexed(std::string_view prefix) {
  std::size_t slashes = 0;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (prefix[i] == '/' && ++slashes == PrefixIndex::slashes_max) return prefix.substr(0, i + 1);
  }
  return prefix;
}

}  // namespace

void PrefixIndex::EvictionMarks::add(const EvictionMark& mark) {
  while (!falling_.empty() && falling_.back().through <= mark.through) falling_.pop_back();
  falling_.push_back(mark);
  if (falling_.capacity() > 4 * falling_.size()) falling_.shrink_to_fit();
  if (falling_.size() <= marks_max) return;
  // The first one is the farthest: it stands in for the second, which came later.
  falling_[1].through = falling_[0].through;
  falling_.erase(falling_.begin());
}

Sequence PrefixIndex::EvictionMarks::through_since(EvictionCount evictions_seen) const {
  const auto first = std::ranges::upper_bound(falling_, evictions_seen, {}, &EvictionMark::at);
  return first == falling_.end() ? 0 : first->through;
}

EvictionMark PrefixIndex::EvictionMarks::all() const {
  return falling_.empty() ? EvictionMark{} : EvictionMark{falling_.front().through, falling_.back().at};
}

std::size_t PrefixIndex::EvictionMarks::bytes() const {
  return falling_.capacity() > 1 ? falling_.capacity() * sizeof(EvictionMark) : 0;
}

PrefixIndex::Node& PrefixIndex::node_of(std::uint64_t hash) {
  const auto [node, added] = nodes_.try_emplace(hash);
  // It may have been discarded before.
  if (added && discarded_.at != 0) add_mark(node->second, discarded_);
  return node->second;
}

void PrefixIndex::add_mark(Node& node, const EvictionMark& mark) {
  const auto before = node.marks.bytes();
  node.marks.add(mark);
  const auto more = node.marks.bytes() - before;  // perhaps less: it wraps, and so do the sums
  marks_bytes_ += more;
  if (node.sequences.empty()) empty_marks_bytes_ += more;
}

void PrefixIndex::add(std::string_view topic, Sequence sequence, const EntryIndex& entries) {
  each_prefix(topic, [&](std::uint64_t hash) {
    auto& node = node_of(hash);
    // An event of several topics under one prefix.
    if (!node.sequences.empty() && node.sequences.back() == sequence) return;
    if (node.sequences.empty()) {
      ++filled_;
      empty_marks_bytes_ -= node.marks.bytes();
    }
    node.sequences.push_back(sequence);
    ++sequences_;
    if (node.sequences.size() > std::max(node.swept_at, sweep_min)) sweep(node, entries);
  });
}

// A topic that retains more entries than it may evicts its oldest, while others under the prefix retain older
// ones.
void PrefixIndex::sweep(Node& node, const EntryIndex& entries) {
  const auto before = node.sequences.size();
  node.sequences.erase_if([&](Sequence each) { return !entries.contains(each); });
  sequences_ -= before - node.sequences.size();
  // The next sweep looks at no more than twice as many as are added until then: a constant for each.
  node.swept_at = 2 * node.sequences.size();
}

void PrefixIndex::evict(std::string_view topic, const EvictionMark& mark, const EntryIndex& entries) {
  if (is_reserved(topic)) return;
  all_.add(mark);
  each_prefix(topic, [&](std::uint64_t hash) {
    auto& node = node_of(hash);
    add_mark(node, mark);
    drop_evicted(node, hash, entries);
  });
  discard_empty_prefixes();
}

void PrefixIndex::drop(std::string_view topic, const EntryIndex& entries) {
  each_prefix(topic, [&](std::uint64_t hash) {
    if (const auto node = nodes_.find(hash); node != nodes_.end()) drop_evicted(node->second, hash, entries);
  });
  discard_empty_prefixes();
}

// Entries are mostly evicted in their order, so only sequences at the front are looked at.
void PrefixIndex::drop_evicted(Node& node, std::uint64_t hash, const EntryIndex& entries) {
  if (node.sequences.empty()) return;
  for (; !node.sequences.empty() && !entries.contains(node.sequences.front()); --sequences_)
    node.sequences.pop_front();
  if (!node.sequences.empty()) return;
  --filled_;
  empty_marks_bytes_ += node.marks.bytes();
  node.swept_at = 0;
  empty_queue_.push_back(hash);
}

void PrefixIndex::add_mark(std::string_view topic, const EvictionMark& mark) {
  if (is_reserved(topic)) return;
  all_.add(mark);
  each_prefix(topic, [&](std::uint64_t hash) {
    auto& node = node_of(hash);
    if (node.sequences.empty()) empty_queue_.push_back(hash);
    add_mark(node, mark);
  });
  discard_empty_prefixes();
}

void PrefixIndex::discard_empty_prefixes() {
  while (empty_queue_.size() > empty_max) discard_first();
}

void PrefixIndex::discard_empty_prefixes(std::size_t bytes_max) {
  while (!empty_queue_.empty() && empty_bytes() > bytes_max) discard_first();
}

// A node that has sequences again is only taken out of the queue.
void PrefixIndex::discard_first() {
  const auto node = nodes_.find(empty_queue_.front());
  empty_queue_.pop_front();
  if (node == nodes_.end() || !node->second.sequences.empty()) return;
  const auto mark = node->second.marks.all();
  discarded_ = {std::max(discarded_.through, mark.through), std::max(discarded_.at, mark.at)};
  marks_bytes_ -= node->second.marks.bytes();
  empty_marks_bytes_ -= node->second.marks.bytes();
  nodes_.erase(node);
}

void PrefixIndex::clear() { *this = {}; }

const SequenceQueue* PrefixIndex::find(std::string_view prefix) const {
  const auto node = nodes_.find(hash_of(indexed(prefix)));
  return node == nodes_.end() || node->second.sequences.empty() ? nullptr : &node->second.sequences;
}

Sequence PrefixIndex::evicted_through(std::string_view prefix, EvictionCount evictions_seen) const {
  if (prefix.empty()) return all_.through_since(evictions_seen);
  const auto node = nodes_.find(hash_of(indexed(prefix)));
  if (node != nodes_.end()) return node->second.marks.through_since(evictions_seen);
  return discarded_.at > evictions_seen ? discarded_.through : 0;
}

std::size_t PrefixIndex::bytes() const {
  return filled_ * node_bytes + sequences_ * sequence_bytes + marks_bytes_ - empty_marks_bytes_ +
         empty_bytes();
}

// A node that was emptied several times is in the queue as often.
std::size_t PrefixIndex::empty_bytes() const {
  const auto empty = nodes_.size() - filled_;
  const auto repeated = empty_queue_.size() - std::min(empty_queue_.size(), empty);
  return empty * empty_node_bytes + repeated * sizeof(std::uint64_t) + empty_marks_bytes_;
}

}  // namespace worker::log
