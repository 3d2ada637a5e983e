// SequenceQueue: sequences in ascending order, taken from the front. A single one needs no heap memory: there
// may be millions of topics, and most retain one entry. Movable; the log guards it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "log/entry.hpp"

namespace worker::log {

class SequenceQueue {
 public:
  SequenceQueue() = default;
  SequenceQueue(const SequenceQueue&) = delete;
  SequenceQueue& operator=(const SequenceQueue&) = delete;
  SequenceQueue(SequenceQueue&& other) noexcept { swap(other); }
  SequenceQueue& operator=(SequenceQueue&& other) noexcept {
    swap(other);
    return *this;
  }
  ~SequenceQueue() { clear(); }

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const Sequence* begin() const { return items() + first_; }
  const Sequence* end() const { return begin() + size_; }
  Sequence front() const { return *begin(); }
  Sequence back() const { return end()[-1]; }

  /// Takes amortised constant time, as pop_front() does.
  void push_back(Sequence sequence);
  void pop_front();
  template <class Condition>
  void erase_if(const Condition& condition) {
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < size_; ++i) {
      const auto sequence = items()[first_ + i];
      if (!condition(sequence)) items()[first_ + kept++] = sequence;
    }
    size_ = kept;
    shrink();
  }
  void clear();

  /// Bytes that they take on the heap.
  std::size_t bytes() const { return on_heap_ ? (1 + capacity()) * sizeof(Sequence) : 0; }

 private:
  Sequence* items() { return on_heap_ ? many_ + 1 : &one_; }
  const Sequence* items() const { return on_heap_ ? many_ + 1 : &one_; }
  std::size_t capacity() const { return on_heap_ ? static_cast<std::size_t>(many_[0]) : 1; }
  void swap(SequenceQueue& other) noexcept;
  void shrink();
  void move_to(std::size_t capacity);

  union {
    Sequence one_ = 0;
    Sequence* many_;  // the capacity, and the sequences after it
  };
  std::uint32_t first_ : 31 = 0;
  std::uint32_t on_heap_ : 1 = 0;
  std::uint32_t size_ = 0;
};

}  // namespace worker::log
