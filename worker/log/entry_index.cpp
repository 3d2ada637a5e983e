#include "log/entry_index.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace worker::log {
namespace {

// Fewer empty slots than this are not worth a sweep.
constexpr std::size_t empty_max = 1'024;

}  // namespace

void EntryIndex::add(EntryPtr entry, std::size_t topics) {
  const auto sequence = entry->sequence();
  slots_.push_back({sequence, std::move(entry), static_cast<std::uint32_t>(topics)});
  ++size_;
}

EntryPtr EntryIndex::release(Sequence sequence) {
  auto& slot = slots_[index_of(sequence)];
  if (--slot.topics > 0) return nullptr;
  auto entry = std::move(slot.entry);
  slot.entry.reset();
  --size_;
  while (!slots_.empty() && !slots_.front().entry) slots_.pop_front();
  // Each sweep frees more than half of the slots that it walks over: a constant for each release.
  if (slots_.size() > 2 * size_ + empty_max)
    std::erase_if(slots_, [](const Slot& each) { return !each.entry; });
  return entry;
}

bool EntryIndex::contains(Sequence sequence) const {
  const auto index = index_of(sequence);
  return index != slots_.size() && slots_[index].sequence == sequence && slots_[index].entry;
}

void EntryIndex::clear() {
  slots_.clear();
  size_ = 0;
}

std::vector<EntryPtr> EntryIndex::read(Sequence after, std::size_t count_max) const {
  std::vector<EntryPtr> entries;
  each(after, std::numeric_limits<Sequence>::max(), [&](const EntryPtr& entry) {
    if (entries.size() == count_max) return false;
    entries.push_back(entry);
    return true;
  });
  return entries;
}

// Sequences rise by one at least from slot to slot, so both ends of the queue bound the index: to a single
// one, unless some sequences are missing.
std::size_t EntryIndex::index_after(Sequence sequence) const {
  if (slots_.empty() || sequence < slots_.front().sequence) return 0;
  const auto first = slots_.front().sequence, last = slots_.back().sequence;
  if (sequence >= last) return slots_.size();
  const auto from_end = last - sequence;  // at most so many slots are after it
  const auto low = from_end < slots_.size() ? slots_.size() - from_end : 0;
  const auto high = std::min<Sequence>(slots_.size() - 1, sequence - first + 1);
  const auto begin = slots_.begin() + static_cast<std::ptrdiff_t>(low);
  const auto end = slots_.begin() + static_cast<std::ptrdiff_t>(high);
  const auto found =
      std::partition_point(begin, end, [&](const Slot& slot) { return slot.sequence <= sequence; });
  return static_cast<std::size_t>(found - slots_.begin());
}

}  // namespace worker::log
