#include "base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/utf8.hpp"

namespace worker::base {
namespace {

// The bytes of the character at the beginning of `text`; 0 where it is not UTF-8.
std::size_t character_bytes(std::string_view text) {
  for (std::size_t size = 1; size <= std::min<std::size_t>(4, text.size()); ++size) {
    if (is_utf8(text.substr(0, size))) return size;
  }
  return 0;
}

// Of two or three bytes, well formed.
unsigned code_point(std::string_view character) {
  const auto bits = [&](std::size_t at, unsigned mask) {
    return static_cast<unsigned char>(character[at]) & mask;
  };
  if (character.size() == 2) return bits(0, 0x1f) << 6 | bits(1, 0x3f);
  return bits(0, 0x0f) << 12 | bits(1, 0x3f) << 6 | bits(2, 0x3f);
}

bool is_invisible(unsigned code) {
  return code < 0xa0 || (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2060 && code <= 0x2069) || code == 0xfeff;
}

void append_shown(std::string& out, std::string_view character) {
  if (character.size() == 1 && has_control(character)) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(character[0]));
  } else if ((character.size() == 2 || character.size() == 3) && is_invisible(code_point(character))) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", code_point(character));
  } else {
    out.append(character);
  }
}

}  // namespace

std::string printable(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto size = character_bytes(text.substr(at));
    if (at + std::max<std::size_t>(size, 1) > bytes_max) return out + "…";
    if (size == 0) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(text[at++]));
    } else {
      append_shown(out, text.substr(at, size));
      at += size;
    }
  }
  return out;
}

}  // namespace worker::base
