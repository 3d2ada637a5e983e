// Stamp: what a published event says about itself, in the first 32 characters of its data, so that whoever
// reads it can tell what is missing and how long it took. Hexadecimal in fixed places, because readers take
// millions of them a second. A lane is what one connection publishes under one topic: within it the hub keeps
// the order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "poller.hpp"

namespace sse::bench {

struct Stamp {
  std::uint32_t lane = 0;
  /// From 0, without holes.
  std::uint32_t number = 0;
  /// When it was to be published.
  Instant due;

  bool operator==(const Stamp&) const = default;
};

/// lane 8, number 8, nanoseconds of the steady clock 16.
constexpr std::size_t stamp_size = 32;

void append_stamp(std::string& out, const Stamp& stamp);

/// Nothing where `data` does not begin with one.
std::optional<Stamp> read_stamp(std::string_view data) noexcept;

}  // namespace sse::bench
