// RecentRefusals: how many readers were turned away lately. Its owner guards it where threads share it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/clock.hpp"

namespace worker::api {

class RecentRefusals {
 public:
  static constexpr std::chrono::seconds window{10};

  /// One more. Those of this window of 10 s and of the one before it, with this one.
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
