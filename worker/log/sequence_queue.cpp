#include "log/sequence_queue.hpp"

#include <algorithm>
#include <utility>

namespace worker::log {
namespace {

constexpr std::size_t least_on_heap = 3;  // with the capacity before them: 32 bytes

}  // namespace

void SequenceQueue::push_back(Sequence sequence) {
  const auto full = capacity();
  if (first_ + size_ == full) {
    // Moves them if over a quarter is free at the front: this copies at most three for each one taken.
    if (on_heap_ && first_ > full / 4) {
      std::copy(begin(), end(), items());
      first_ = 0;
    } else if (size_ == full) {
      move_to(std::max(least_on_heap, 2 * full + 1));
    } else {
      move_to(full + full / 2 + 1);
    }
  }
  items()[first_ + size_] = sequence;
  ++size_;
}

void SequenceQueue::pop_front() {
  ++first_;
  --size_;
  shrink();
}

void SequenceQueue::shrink() {
  if (size_ == 0) {
    clear();
  } else if (on_heap_ && size_ < capacity() / 4) {
    move_to(std::max(least_on_heap, capacity() / 2));
  }
}

void SequenceQueue::clear() {
  if (on_heap_) delete[] many_;
  one_ = 0;
  first_ = 0;
  on_heap_ = 0;
  size_ = 0;
}

void SequenceQueue::move_to(std::size_t capacity) {
  if (capacity == this->capacity() && first_ == 0) return;
  auto* const block = new Sequence[1 + capacity];
  block[0] = capacity;
  std::copy(begin(), end(), block + 1);
  if (on_heap_) delete[] many_;
  many_ = block;
  on_heap_ = 1;
  first_ = 0;
}

void SequenceQueue::swap(SequenceQueue& other) noexcept {
  std::swap(one_, other.one_);
  const auto first = first_;
  const auto on_heap = on_heap_;
  first_ = other.first_;
  on_heap_ = other.on_heap_;
  other.first_ = first & 0x7fff'ffffU;
  other.on_heap_ = on_heap & 1U;
  std::swap(size_, other.size_);
}

}  // namespace worker::log
