// Sequence: the numbers of one lane as one reader got them. Tells for each whether it is the next, late, or
// there already, and keeps the holes, so that what is missing is known exactly. A plain value.
#pragma once

#include <cstdint>
#include <vector>

namespace sse::bench {

class Sequence {
 public:
  enum class Arrival {
    /// New, and behind all that came before.
    in_order,
    /// New, but a later one has come already.
    late,
    repeated
  };

  Arrival take(std::uint32_t number) {
    if (number < next_) return take_earlier(number);
    if (number > next_) holes_.push_back({next_, number});
    next_ = number + 1;
    return Arrival::in_order;
  }

  bool has(std::uint32_t number) const noexcept;

  /// Those below `sent` that have not come.
  std::uint64_t missing(std::uint32_t sent) const noexcept;

 private:
  struct Hole {
    std::uint32_t from;
    std::uint32_t to;  // not part of it
  };

  Arrival take_earlier(std::uint32_t number);

  std::uint32_t next_ = 0;
  std::vector<Hole> holes_;  // ascending, apart, none empty
};

}  // namespace sse::bench
