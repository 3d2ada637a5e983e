#include "journal/prefix_index.hpp"

#include <algorithm>
#include <functional>

namespace worker::journal {
namespace {

// Fewer than this are not worth a sweep.
constexpr std::size_t sweep_min = 16;
// More are merged, which can only tell a reader of a gap that is none of its own, never hide one.
constexpr std::size_t losses_max = 64;
// A node with its slot in the table, and one place, with what an allocator adds.
constexpr std::size_t node_bytes = 176;
constexpr std::size_t place_bytes = 12;

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

void PrefixIndex::Losses::add(const Loss& loss) {
  while (!falling_.empty() && falling_.back().through <= loss.through) falling_.pop_back();
  falling_.push_back(loss);
  if (falling_.size() <= losses_max) return;
  // The first one is the farthest: it stands in for the second, which came later.
  falling_[1].through = falling_[0].through;
  falling_.erase(falling_.begin());
}

Sequence PrefixIndex::Losses::through_since(Evictions accounted) const {
  const auto first = std::ranges::upper_bound(falling_, accounted, {}, &Loss::at);
  return first == falling_.end() ? 0 : first->through;
}

Loss PrefixIndex::Losses::all() const {
  return falling_.empty() ? Loss{} : Loss{falling_.front().through, falling_.back().at};
}

PrefixIndex::Node& PrefixIndex::node_of(std::uint64_t hash) {
  const auto [node, added] = nodes_.try_emplace(hash);
  // One that was forgotten begins where forgetting left off.
  if (added && forgotten_.at != 0) node->second.losses.add(forgotten_);
  return node->second;
}

void PrefixIndex::add(std::string_view topic, Sequence place, const Places& held) {
  each_prefix(topic, [&](std::uint64_t hash) {
    auto& node = node_of(hash);
    // An event of several topics under one prefix.
    if (!node.places.empty() && node.places.back() == place) return;
    if (node.places.empty()) ++filled_;
    node.places.push_back(place);
    ++places_;
    if (node.places.size() > std::max(node.swept_at, sweep_min)) sweep(node, held);
  });
}

// A topic that holds more events than it may gives up its oldest, while others under the prefix hold older
// ones.
void PrefixIndex::sweep(Node& node, const Places& held) {
  const auto gone = std::remove_if(node.places.begin(), node.places.end(),
                                   [&](Sequence each) { return !held.holds(each); });
  places_ -= static_cast<std::size_t>(node.places.end() - gone);
  node.places.erase(gone, node.places.end());
  // Each sweep looks at no more than twice as many places as were added since the last one: a constant for
  // each.
  node.swept_at = 2 * node.places.size();
}

void PrefixIndex::release(std::string_view topic, const Loss& loss, const Places& held) {
  all_.add(loss);
  each_prefix(topic, [&](std::uint64_t hash) {
    auto& node = node_of(hash);
    node.losses.add(loss);
    const bool was_empty = node.places.empty();
    // What goes, goes mostly in its order.
    for (; !node.places.empty() && !held.holds(node.places.front()); --places_) node.places.pop_front();
    if (was_empty || !node.places.empty()) return;
    --filled_;
    node.swept_at = 0;
    emptied_.push_back(hash);
  });
  forget_emptied();
}

void PrefixIndex::mark(std::string_view topic, const Loss& loss) {
  all_.add(loss);
  each_prefix(topic, [&](std::uint64_t hash) {
    auto& node = node_of(hash);
    if (node.places.empty()) emptied_.push_back(hash);
    node.losses.add(loss);
  });
  forget_emptied();
}

void PrefixIndex::forget_emptied() {
  for (; emptied_.size() > emptied_max; emptied_.pop_front()) {
    const auto node = nodes_.find(emptied_.front());
    if (node == nodes_.end() || !node->second.places.empty()) continue;
    const auto loss = node->second.losses.all();
    forgotten_ = {std::max(forgotten_.through, loss.through), std::max(forgotten_.at, loss.at)};
    nodes_.erase(node);
  }
}

void PrefixIndex::clear() { *this = {}; }

const PrefixIndex::Queue* PrefixIndex::find(std::string_view prefix) const {
  const auto node = nodes_.find(hash_of(indexed(prefix)));
  return node == nodes_.end() || node->second.places.empty() ? nullptr : &node->second.places;
}

Sequence PrefixIndex::lost_through(std::string_view prefix, Evictions accounted) const {
  if (prefix.empty()) return all_.through_since(accounted);
  const auto node = nodes_.find(hash_of(indexed(prefix)));
  if (node != nodes_.end()) return node->second.losses.through_since(accounted);
  return forgotten_.at > accounted ? forgotten_.through : 0;
}

std::size_t PrefixIndex::bytes() const { return filled_ * node_bytes + places_ * place_bytes; }

}  // namespace worker::journal
