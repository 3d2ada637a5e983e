#include "log/entry_index.hpp"

#include <algorithm>
#include <utility>

namespace worker::log {
namespace {

// Fewer empty slots than this are not worth a sweep.
constexpr std::size_t empty_max = 1'024;

}  // namespace

void EntryIndex::add(EntryPtr entry, std::size_t topics) {
  const auto place = entry->sequence();
  slots_.push_back({place, std::move(entry), static_cast<std::uint32_t>(topics)});
  ++held_;
}

EntryPtr EntryIndex::release(Sequence place) {
  auto& slot = slots_[index_of(place)];
  if (--slot.topics > 0) return nullptr;
  auto entry = std::move(slot.entry);
  slot.entry.reset();
  --held_;
  while (!slots_.empty() && !slots_.front().entry) slots_.pop_front();
  // Each sweep frees at least as many as it walks over half of: a constant for each release.
  if (slots_.size() > 2 * held_ + empty_max)
    std::erase_if(slots_, [](const Slot& each) { return !each.entry; });
  return entry;
}

const Entry* EntryIndex::find(Sequence place) const {
  const auto index = index_of(place);
  if (index == slots_.size() || slots_[index].place != place) return nullptr;
  return slots_[index].entry.get();
}

void EntryIndex::clear() {
  slots_.clear();
  held_ = 0;
}

// Places rise by one at least from slot to slot, so that both ends say where a place can be: at one index,
// unless some are missing.
std::size_t EntryIndex::index_after(Sequence place) const {
  if (slots_.empty() || place < slots_.front().place) return 0;
  const auto first = slots_.front().place, last = slots_.back().place;
  if (place >= last) return slots_.size();
  const auto from_end = last - place;  // at most so many slots are after it
  const auto low = from_end < slots_.size() ? slots_.size() - from_end : 0;
  const auto high = std::min<Sequence>(slots_.size() - 1, place - first + 1);
  const auto begin = slots_.begin() + static_cast<std::ptrdiff_t>(low);
  const auto end = slots_.begin() + static_cast<std::ptrdiff_t>(high);
  const auto found = std::partition_point(begin, end, [&](const Slot& slot) { return slot.place <= place; });
  return static_cast<std::size_t>(found - slots_.begin());
}

}  // namespace worker::log
