// Inbox: what one reader has got, over all its connections: the numbers of each lane, and the cursor to come
// back with. A plain value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sequence.hpp"

namespace sse::bench {

class Inbox {
 public:
  Sequence::Arrival take(std::uint32_t lane, std::uint32_t number) {
    // Events of one lane come in runs.
    if (latest_ >= lanes_.size() || lanes_[latest_].lane != lane) latest_ = place_of(lane);
    return lanes_[latest_].numbers.take(number);
  }

  /// nullptr where nothing of the lane has come.
  const Sequence* find(std::uint32_t lane) const noexcept;

  /// Of the last event, as a browser keeps it; empty at first.
  std::string cursor;

 private:
  struct Lane {
    std::uint32_t lane;
    Sequence numbers;
  };

  std::size_t place_of(std::uint32_t lane);

  std::vector<Lane> lanes_;  // ascending
  std::size_t latest_ = 0;
};

}  // namespace sse::bench
