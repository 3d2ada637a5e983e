#include "log/cursor.hpp"

#include <charconv>

namespace worker::log {

std::optional<Cursor> Cursor::parse(std::string_view text) {
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto digits = text.substr(dash + 1);
  Cursor cursor{std::string(text.substr(0, dash)), 0};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), cursor.sequence);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return cursor;
}

std::string Cursor::text() const {
  const auto digits = std::to_string(sequence);
  std::string text;
  text.reserve(epoch.size() + 1 + digits.size());
  return text.append(epoch).append("-").append(digits);
}

}  // namespace worker::log
