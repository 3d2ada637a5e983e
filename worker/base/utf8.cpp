#include "base/utf8.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace worker::base {
namespace {

// Java, .NET, Python and JavaScript differ in what they trim; this is all of it.
constexpr std::string_view blanks[] = {" ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\u0085",
                                       "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
                                       "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                       "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff"};

// How many bytes at the beginning, in words of eight, are U+0020 to U+007E. Names and ids are made of these,
// and every publish looks at its own.
std::size_t plain_bytes(std::string_view text) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    // The high bit of a byte is set by one below U+0020, one above U+007F, and U+007F itself.
    if ((((word - 0x20 * ones) | word | (word + ones)) & 0x80 * ones) != 0) break;
  }
  return at;
}

}  // namespace

bool is_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

std::size_t begun_character_bytes(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto octet = static_cast<unsigned char>(text[text.size() - back]);
    if ((octet & 0xc0U) == 0x80) continue;
    const std::size_t length = octet >= 0xf0 && octet < 0xf5 ? 4 : octet >= 0xe0 ? 3 : octet >= 0xc2 ? 2 : 1;
    return octet < 0xf5 && length > back ? back : 0;
  }
  return 0;
}

bool has_control(std::string_view text) {
  text.remove_prefix(plain_bytes(text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    if (octet < 0x20 || octet == 0x7f) return true;
    // U+0080 to U+009F are C2 80 to C2 9F.
    const unsigned next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    if (octet == 0xc2 && next >= 0x80 && next < 0xa0) return true;
  }
  return false;
}

bool has_outer_blank(std::string_view text) {
  const auto visible = [](char c) { return c > ' ' && c < '\x7f'; };
  if (text.empty() || (visible(text.front()) && visible(text.back()))) return false;
  return std::ranges::any_of(blanks,
                             [&](auto blank) { return text.starts_with(blank) || text.ends_with(blank); });
}

}  // namespace worker::base
