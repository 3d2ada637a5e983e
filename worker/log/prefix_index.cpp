#include "log/prefix_index.hpp"

#include <algorithm>
#include <functional>

namespace worker::log {
namespace {

// Fewer than this are not worth a sweep.
constexpr std::size_t sweep_min = 16;
// More are merged, which can only tell a reader of a gap that is none of its own, never hide one.
constexpr std::size_t losses_max = 64;
// A node with its slot in the table, and one place, with what an allocator adds.
constexpr std::size_t node_bytes = 72;
constexpr std::size_t place_bytes = 12;
// Bytes of a node without places, including its entry in the line.
constexpr std::size_t emptied_node_bytes = 128;

std::uint64_t hash_of(std::string_view prefix) { return std::hash<std::string_view>()(prefix); }

// Calls `visit` with each prefix of `topic` that is indexed, shortest first.
template <class Visit>
void each_prefix(std::string_view topic, const Visit& visit) {
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

void PrefixIndex::EvictionMarks::add(const EvictionMark& loss) {
  while (!falling_.empty() && falling_.back().through <= loss.through) falling_.pop_back();
  falling_.push_back(loss);
  if (falling_.capacity() > 4 * falling_.size()) falling_.shrink_to_fit();
  if (falling_.size() <= losses_max) return;
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
  // One that was forgotten begins where forgetting left off.
  if (added && forgotten_.at != 0) add_loss(node->second, forgotten_);
  return node->second;
}

void PrefixIndex::add_loss(Node& node, const EvictionMark& loss) {
  const auto before = node.losses.bytes();
  node.losses.add(loss);
  const auto more = node.losses.bytes() - before;  // perhaps less: it wraps, and so do the sums
  losses_bytes_ += more;
  if (node.places.empty()) emptied_losses_bytes_ += more;
}

void PrefixIndex::add(std::string_view topic, Sequence place, const EntryIndex& held) {
  each_prefix(topic, [&](std::uint64_t hash) {
    auto& node = node_of(hash);
    // An event of several topics under one prefix.
    if (!node.places.empty() && node.places.back() == place) return;
    if (node.places.empty()) {
      ++filled_;
      emptied_losses_bytes_ -= node.losses.bytes();
    }
    node.places.push_back(place);
    ++sequences_;
    if (node.places.size() > std::max(node.swept_at, sweep_min)) sweep(node, held);
  });
}

// A topic that holds more events than it may gives up its oldest, while others under the prefix hold older
// ones.
void PrefixIndex::sweep(Node& node, const EntryIndex& held) {
  const auto before = node.places.size();
  node.places.erase_if([&](Sequence each) { return !held.holds(each); });
  sequences_ -= before - node.places.size();
  // Each sweep looks at no more than twice as many places as were added since the last one: a constant for
  // each.
  node.swept_at = 2 * node.places.size();
}

void PrefixIndex::release(std::string_view topic, const EvictionMark& loss, const EntryIndex& held) {
  all_.add(loss);
  each_prefix(topic, [&](std::uint64_t hash) {
    auto& node = node_of(hash);
    add_loss(node, loss);
    drop_gone(node, hash, held);
  });
  forget_emptied();
}

void PrefixIndex::gone(std::string_view topic, const EntryIndex& held) {
  each_prefix(topic, [&](std::uint64_t hash) {
    if (const auto node = nodes_.find(hash); node != nodes_.end()) drop_gone(node->second, hash, held);
  });
  forget_emptied();
}

// Places are mostly given up in their order, so only those at the front are looked at.
void PrefixIndex::drop_gone(Node& node, std::uint64_t hash, const EntryIndex& held) {
  if (node.places.empty()) return;
  for (; !node.places.empty() && !held.holds(node.places.front()); --sequences_) node.places.pop_front();
  if (!node.places.empty()) return;
  --filled_;
  emptied_losses_bytes_ += node.losses.bytes();
  node.swept_at = 0;
  empty_topics_.push_back(hash);
}

void PrefixIndex::mark(std::string_view topic, const EvictionMark& loss) {
  all_.add(loss);
  each_prefix(topic, [&](std::uint64_t hash) {
    auto& node = node_of(hash);
    if (node.places.empty()) empty_topics_.push_back(hash);
    add_loss(node, loss);
  });
  forget_emptied();
}

void PrefixIndex::forget_emptied() {
  while (empty_topics_.size() > emptied_max) forget_first();
}

void PrefixIndex::forget_emptied(std::size_t bytes_max) {
  while (!empty_topics_.empty() && emptied_bytes() > bytes_max) forget_first();
}

// A node that has places again is only taken out of the line.
void PrefixIndex::forget_first() {
  const auto node = nodes_.find(empty_topics_.front());
  empty_topics_.pop_front();
  if (node == nodes_.end() || !node->second.places.empty()) return;
  const auto loss = node->second.losses.all();
  forgotten_ = {std::max(forgotten_.through, loss.through), std::max(forgotten_.at, loss.at)};
  losses_bytes_ -= node->second.losses.bytes();
  emptied_losses_bytes_ -= node->second.losses.bytes();
  nodes_.erase(node);
}

void PrefixIndex::clear() { *this = {}; }

const SequenceQueue* PrefixIndex::find(std::string_view prefix) const {
  const auto node = nodes_.find(hash_of(indexed(prefix)));
  return node == nodes_.end() || node->second.places.empty() ? nullptr : &node->second.places;
}

Sequence PrefixIndex::lost_through(std::string_view prefix, EvictionCount evictions_seen) const {
  if (prefix.empty()) return all_.through_since(evictions_seen);
  const auto node = nodes_.find(hash_of(indexed(prefix)));
  if (node != nodes_.end()) return node->second.losses.through_since(evictions_seen);
  return forgotten_.at > evictions_seen ? forgotten_.through : 0;
}

std::size_t PrefixIndex::bytes() const {
  return filled_ * node_bytes + sequences_ * place_bytes + losses_bytes_ - emptied_losses_bytes_ +
         emptied_bytes();
}

// A node that was emptied several times is in the line as often.
std::size_t PrefixIndex::emptied_bytes() const {
  const auto empty = nodes_.size() - filled_;
  const auto repeated = empty_topics_.size() - std::min(empty_topics_.size(), empty);
  return empty * emptied_node_bytes + repeated * sizeof(std::uint64_t) + emptied_losses_bytes_;
}

}  // namespace worker::log
