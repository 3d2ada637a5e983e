// TokenCache: tokens whose signature was good, by their SHA-256, so that a client that reconnects costs no
// signature. Thread-safe. Bounded by count and bytes; what was not used for longest goes first, in halves.
// Forged tokens never come into it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "access/claims.hpp"

namespace worker::access {

class TokenCache {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  struct Entry {
    std::shared_ptr<const Grant> grant;
    TimeClaims times;
  };

  /// 0 entries: nothing is remembered.
  TokenCache(std::size_t entries_max, std::size_t bytes_max)
      : half_entries_(entries_max / 2), half_bytes_(bytes_max / 2) {}

  static Digest digest(std::string_view token);

  std::optional<Entry> find(const Digest& digest);
  /// `bytes` is what the entry takes, about.
  void add(const Digest& digest, Entry entry, std::size_t bytes);
  void remove(const Digest& digest);

  /// For tests and metrics.
  std::size_t size() const;

 private:
  struct Hash {
    // A digest is as good as random in every part.
    std::size_t operator()(const Digest& digest) const {
      std::size_t hash = 0;
      std::memcpy(&hash, digest.data(), sizeof hash);
      return hash;
    }
  };
  struct Counted {
    Entry entry;
    std::size_t bytes = 0;
  };
  using Generation = std::unordered_map<Digest, Counted, Hash>;

  void insert(const Digest& digest, Counted&& counted);

  const std::size_t half_entries_, half_bytes_;
  mutable std::mutex mutex_;
  // Guarded by mutex_. What is found in the older one moves to the newer one; a full newer one becomes the
  // older one.
  Generation newer_, older_;
  std::size_t newer_bytes_ = 0;
};

}  // namespace worker::access
