// EntryIndex: the retained entries in their order, each found by its sequence. Sparse: an evicted entry takes
// no room for long, however few of its neighbours are retained, and a sequence that never had an entry takes
// none. A value; the log guards it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "log/entry.hpp"

namespace worker::log {

class EntryIndex {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  /// The first entry. Not of an empty index, as the next one.
  const EntryPtr& front() const { return slots_.front().entry; }
  Sequence first() const { return slots_.front().sequence; }
  /// Of a sequence that is retained. Takes one step if all of its neighbours are, a few more otherwise.
  const EntryPtr& at(Sequence sequence) const { return slots_[index_of(sequence)].entry; }
  bool contains(Sequence sequence) const;

  /// After all others; so many topics retain it.
  void add(EntryPtr entry, std::size_t topics);
  /// One topic evicts it. Returns the entry once the last one does; then it is not retained any more.
  EntryPtr release(Sequence sequence);
  void clear();

  /// Calls `take` with the entries after `after` and up to `until`, in their order, until it returns false.
  template <class Take>
  void each(Sequence after, Sequence until, const Take& take) const {
    for (auto slot = slots_.begin() + static_cast<std::ptrdiff_t>(index_after(after));
         slot != slots_.end() && slot->sequence <= until; ++slot) {
      if (slot->entry && !take(slot->entry)) return;
    }
  }
  /// The first `count_max` entries after `after`.
  std::vector<EntryPtr> read(Sequence after, std::size_t count_max) const;

 private:
  struct Slot {
    Sequence sequence;
    EntryPtr entry;        // null once it was evicted
    std::uint32_t topics;  // number of topics that retain it
  };

  std::size_t index_of(Sequence sequence) const { return index_after(sequence - 1); }
  std::size_t index_after(Sequence sequence) const;

  std::deque<Slot> slots_;  // the first has an entry; no more are empty than have one, but for a few
  std::size_t size_ = 0;
};

}  // namespace worker::log
