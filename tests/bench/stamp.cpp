#include "stamp.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

namespace sse::bench {
namespace {

constexpr std::uint8_t no_digit = 0x80;

constexpr std::array<std::uint8_t, 256> digits = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::uint8_t i = 0; i < 10; ++i) values[static_cast<std::size_t>('0' + i)] = i;
  for (std::uint8_t i = 0; i < 6; ++i)
    values[static_cast<std::size_t>('a' + i)] = static_cast<std::uint8_t>(10 + i);
  return values;
}();

std::uint64_t number_of(std::string_view text, unsigned& seen) noexcept {
  std::uint64_t number = 0;
  for (const char byte : text) {
    const unsigned digit = digits[static_cast<std::uint8_t>(byte)];
    seen |= digit;
    number = number << 4 | digit;
  }
  return number;
}

}  // namespace

void append_stamp(std::string& out, const Stamp& stamp) {
  const std::chrono::nanoseconds due = stamp.due.time_since_epoch();
  fmt::format_to(std::back_inserter(out), "{:08x}{:08x}{:016x}", stamp.lane, stamp.number, due.count());
}

std::optional<Stamp> read_stamp(std::string_view data) noexcept {
  if (data.size() < stamp_size) return std::nullopt;
  unsigned seen = 0;
  const auto lane = number_of(data.substr(0, 8), seen);
  const auto number = number_of(data.substr(8, 8), seen);
  const auto due = number_of(data.substr(16, 16), seen);
  if ((seen & no_digit) != 0) return std::nullopt;
  return Stamp{static_cast<std::uint32_t>(lane), static_cast<std::uint32_t>(number),
               Instant(std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(due)))};
}

}  // namespace sse::bench
