// Numbers in texts: all of the text is the number, or there is none.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace worker::base {

/// Digits of `base`, with a `-` before them where Number is signed; nothing where the text is empty, has any
/// other character (also a `+` or a blank), or stands for a number that Number cannot hold.
template <class Number>
std::optional<Number> parse_number(std::string_view text, int base = 10) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, number, base);
  if (error != std::errc() || parsed != end) return std::nullopt;
  return number;
}

/// The same into `number`, which keeps its value where this is false.
template <class Number>
bool assign_number(std::string_view text, Number& number) {
  const auto parsed = parse_number<Number>(text);
  if (parsed) number = *parsed;
  return parsed.has_value();
}

}  // namespace worker::base
