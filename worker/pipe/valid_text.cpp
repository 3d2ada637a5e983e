#include "pipe/valid_text.hpp"

#include <cstddef>

namespace worker::pipe {
namespace {

unsigned char octet(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

struct Character {
  std::size_t bytes;  // 1 or more
  bool is_valid;
};

// The character at the beginning of `text`, or as much of it as is well-formed (Unicode 15, table 3-7).
Character first_character(std::string_view text) {
  const auto first = octet(text, 0);
  if (first < 0x80) return {1, true};
  if (first < 0xc2 || first > 0xf4) return {1, false};
  const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // The second byte excludes overlong forms, surrogates and what is above U+10FFFF.
  const unsigned char least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned char most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (const auto second = octet(text, 1); second < least || second > most) return {1, false};
  for (std::size_t at = 2; at < length; ++at) {
    if ((octet(text, at) & 0xc0U) != 0x80) return {at, false};
  }
  return {length, true};
}

}  // namespace

std::string valid_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [bytes, is_valid] = first_character(text);
    out += is_valid ? text.substr(0, bytes) : "\xef\xbf\xbd";
    text.remove_prefix(bytes);
  }
  return out;
}

}  // namespace worker::pipe
