#include "base/utf8.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace worker::base {
namespace {

// Java, .NET, Python and JavaScript differ in what they trim; this is all of it.
constexpr std::string_view blanks[] = {" ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\u0085",
                                       "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004",
                                       "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028",
                                       "\u2029", "\u202f", "\u205f", "\u3000", "\ufeff"};

struct Range {
  std::uint32_t first, last;
};

// In their order.
constexpr Range formats[] = {{0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},     {0x6dd, 0x6dd},
                             {0x70f, 0x70f},     {0x890, 0x891},     {0x8e2, 0x8e2},     {0x180e, 0x180e},
                             {0x200b, 0x200f},   {0x202a, 0x202e},   {0x2060, 0x2064},   {0x2066, 0x206f},
                             {0xfeff, 0xfeff},   {0xfff9, 0xfffb},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd},
                             {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0001, 0xe0001},
                             {0xe0020, 0xe007f}};

// Of valid UTF-8; takes the character off its beginning.
std::uint32_t next_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t bytes = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  std::uint32_t character = bytes == 1 ? first : first & (0x7fU >> bytes);
  for (const char c : text.substr(1, bytes - 1))
    character = character << 6U | (static_cast<unsigned char>(c) & 0x3fU);
  text.remove_prefix(std::min(bytes, text.size()));
  return character;
}

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

bool has_format(std::string_view text) {
  text.remove_prefix(plain_bytes(text));
  while (!text.empty()) {
    const auto character = next_character(text);
    const auto* range = std::ranges::lower_bound(formats, character, {}, &Range::last);
    if (range != std::end(formats) && range->first <= character) return true;
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
