// RecentRefusals: counts the clients that were refused lately. Not thread-safe: its owner guards it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace worker::api {

class RecentRefusals {
 public:
  static constexpr std::chrono::seconds window{10};

  /// Counts one more. Returns the number in this window of 10 s and the one before it, including this one.
  std::size_t add(base::Instant now) {
    if (now >= begun_ + window) {
      before_ = now < begun_ + 2 * window ? current_ : 0;
      current_ = 0;
      begun_ = now;
    }
    return std::size_t{before_} + ++current_;
  }

 private:
  base::Instant begun_{};
  std::uint32_t before_ = 0;
  std::uint32_t current_ = 0;
};

}  // namespace worker::api
