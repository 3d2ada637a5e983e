// What the fuzzed functions share: bytes as text, cut into pieces, and rules that must hold.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the program, so that the fuzzer keeps the input.
inline void require(bool holds, const char* rule) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", rule);
  std::abort();
}

/// Gives `take` the bytes in pieces, whose sizes follow from `seed`.
template <class Take>
void in_pieces(std::string_view bytes, unsigned seed, const Take& take) {
  while (!bytes.empty()) {
    seed = seed * 1'103'515'245U + 12'345U;
    const auto size = std::min<std::size_t>(bytes.size(), 1 + (seed >> 16U) % 23);
    take(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
}

}  // namespace fuzz
