// SipHash-2-4 with 128 bits (Aumasson and Bernstein): names a text by a number that nobody can aim at who
// does not know the key. Pure; usable from every thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace worker::base {

struct SipKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  /// From the system's source of randomness.
  static SipKey random();
  bool operator==(const SipKey&) const = default;
};

struct SipHash {
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  bool operator==(const SipHash&) const = default;
};

SipHash sip_hash(const SipKey& key, std::string_view text);

}  // namespace worker::base
