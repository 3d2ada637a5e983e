// Random: the numbers of one connection. The same seed gives the same numbers everywhere, and making one
// costs nothing, so that every connection has its own and can be repeated without the ones before it.
// (splitmix64, by Sebastiano Vigna, public domain algorithm.)
#pragma once

#include <cstddef>
#include <cstdint>

namespace fuzz {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  /// 0 ≤ result < `bound`; `bound` is not 0. The slight bias does not matter here.
  std::size_t below(std::size_t bound) { return next() % bound; }

  std::uint8_t byte() { return static_cast<std::uint8_t>(next() >> 56U); }

  /// True `percent` times in a hundred.
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t state_;
};

}  // namespace fuzz
