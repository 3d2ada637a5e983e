// Percent encoding of addresses (RFC 3986, section 2.1). Pure; from every thread.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace worker::base {

/// `text` as the name or the value of a query. Slashes and stars stay as they are, as people write topics.
std::string percent_encoded(std::string_view text);

inline constexpr std::size_t percent_escape_bytes = 3;

/// The byte of the escape that begins at `text[at]`; none if no valid escape begins there. Inline, because it
/// is called for each byte of a query.
inline std::optional<char> percent_escape(std::string_view text, std::size_t at) {
  if (text[at] != '%' || text.size() - at < percent_escape_bytes) return std::nullopt;
  const char* const begin = text.data() + at + 1;
  const char* const end = begin + percent_escape_bytes - 1;
  unsigned byte = 0;
  if (std::from_chars(begin, end, byte, 16).ptr != end) return std::nullopt;
  return static_cast<char>(byte);
}

}  // namespace worker::base
