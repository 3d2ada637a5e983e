// StreamSlots: how many streams may be open at once. A stream holds one Slot for its life. Usable from every
// thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

#include "api/recent_refusals.hpp"

namespace worker::api {

class StreamSlots {
 public:
  class Slot {
   public:
    explicit Slot(StreamSlots& slots) : slots_(&slots) {}
    Slot(Slot&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)) {}
    Slot& operator=(Slot&&) = delete;
    ~Slot() {
      if (slots_ != nullptr) --slots_->used_;
    }

   private:
    StreamSlots* slots_;
  };

  explicit StreamSlots(std::size_t most) : most_(most) {}

  /// None where all are taken.
  std::optional<Slot> take() {
    if (++used_ > most_) {
      --used_;
      return std::nullopt;
    }
    return std::optional<Slot>(std::in_place, *this);
  }
  void set_most(std::size_t most) { most_ = most; }
  std::size_t used() const { return used_; }
  std::size_t most() const { return most_; }

  /// Those who found no slot.
  RecentRefusals refusals;

 private:
  std::atomic<std::size_t> most_;
  std::atomic<std::size_t> used_ = 0;
};

}  // namespace worker::api
