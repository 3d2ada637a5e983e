#include "journal/cursor.hpp"

#include <fmt/format.h>

#include <charconv>

namespace worker::journal {

std::optional<Cursor> Cursor::parse(std::string_view text) {
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto digits = text.substr(dash + 1);
  Cursor cursor{std::string(text.substr(0, dash)), 0};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), cursor.sequence);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return cursor;
}

std::string Cursor::text() const { return fmt::format("{}-{}", epoch, sequence); }

}  // namespace worker::journal
