#include "log/past_ids.hpp"

#include <algorithm>

namespace worker::log {
namespace {

constexpr std::size_t slots_min = 64;

}  // namespace

void PastIds::add(const PastId& id) {
  if (max_ == 0) return;
  if (!slots_.empty() && slots_[slot_of(id.hash)] != 0) return;
  if (ids_.size() == max_) {
    drop_first();
    ++forgotten_;
  }
  if (2 * (ids_.size() + 1) > slots_.size()) grow();
  ids_.push_back(id);
  slots_[slot_of(id.hash)] = dropped_ + ids_.size();
}

const PastId* PastIds::find(std::string_view id) const {
  if (ids_.empty()) return nullptr;
  const auto slot = slots_[slot_of(base::sip_hash(key_, id))];
  return slot == 0 ? nullptr : &at(slot);
}

void PastIds::limit(std::size_t max) {
  max_ = max;
  for (; ids_.size() > max_; ++forgotten_) drop_first();
}

// The slot that has it, or that it would get.
std::size_t PastIds::slot_of(const base::SipHash& hash) const {
  const auto mask = slots_.size() - 1;
  auto slot = hash.first & mask;
  while (slots_[slot] != 0 && at(slots_[slot]).hash != hash) slot = (slot + 1) & mask;
  return slot;
}

// Moves ids that follow back into the free slot, if a search would not find them beyond it.
void PastIds::drop_first() {
  const auto mask = slots_.size() - 1;
  auto free = slot_of(ids_.front().hash);
  for (auto slot = (free + 1) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const auto home = at(slots_[slot]).hash.first & mask;
    const bool reachable = ((slot - home) & mask) < ((slot - free) & mask);
    if (reachable) continue;
    slots_[free] = slots_[slot];
    free = slot;
  }
  slots_[free] = 0;
  ids_.pop_front();
  ++dropped_;
}

void PastIds::grow() {
  slots_.assign(std::max(slots_min, 2 * slots_.size()), 0);
  for (std::size_t i = 0; i < ids_.size(); ++i) slots_[slot_of(ids_[i].hash)] = dropped_ + i + 1;
}

}  // namespace worker::log
