// Places: the events a history holds, in their order, each found by its place. Sparse: what is not held any
// more takes no room for long, however few of its neighbours stay, and neither do places that never were. A
// value; its history guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "log/entry.hpp"

namespace worker::log {

class EntryIndex {
 public:
  bool empty() const { return held_ == 0; }
  std::size_t size() const { return held_; }
  /// The first one held. Not of an empty one, as the next one.
  const EntryPtr& front() const { return slots_.front().entry; }
  Sequence first() const { return slots_.front().place; }
  /// One that is held. Takes one step where all of its neighbours are, a few more where they are not.
  const EntryPtr& at(Sequence place) const { return slots_[index_of(place)].entry; }
  /// The same of any place: nullptr where it is not held.
  const Entry* find(Sequence place) const;
  bool holds(Sequence place) const { return find(place) != nullptr; }

  /// After all the others; held by so many topics.
  void add(EntryPtr entry, std::size_t topics);
  /// A topic gives it up. It comes back, and is not held any more, once the last one has.
  EntryPtr release(Sequence place);
  void clear();

  /// Those after `after` and up to `until`, in their order, until `take` says no.
  template <class Take>
  void each(Sequence after, Sequence until, const Take& take) const {
    for (auto slot = slots_.begin() + static_cast<std::ptrdiff_t>(index_after(after));
         slot != slots_.end() && slot->place <= until; ++slot) {
      if (slot->entry && !take(slot->entry)) return;
    }
  }

 private:
  struct Slot {
    Sequence place;
    EntryPtr entry;        // null once the event was evicted
    std::uint32_t topics;  // number of topics that hold it
  };

  std::size_t index_of(Sequence place) const { return index_after(place - 1); }
  std::size_t index_after(Sequence place) const;

  std::deque<Slot> slots_;  // the first is held; no more are empty than are held, but for a few
  std::size_t held_ = 0;
};

}  // namespace worker::log
