#include "log/cursor.hpp"

#include "base/number.hpp"

namespace worker::log {

std::optional<Cursor> Cursor::parse(std::string_view text) {
  const auto dash = text.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto sequence = base::parse_number<Sequence>(text.substr(dash + 1));
  if (!sequence) return std::nullopt;
  return Cursor{std::string(text.substr(0, dash)), *sequence};
}

std::string Cursor::text() const {
  const auto digits = std::to_string(sequence);
  std::string text;
  text.reserve(epoch.size() + 1 + digits.size());
  return text.append(epoch).append("-").append(digits);
}

}  // namespace worker::log
