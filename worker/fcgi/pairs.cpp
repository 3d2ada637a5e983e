#include "fcgi/pairs.hpp"

#include <cstdint>

namespace worker::fcgi {
namespace {

// The length in front of a name or a value: one byte, or four with the highest bit set.
std::optional<std::size_t> take_length(std::string_view& bytes) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if (bytes.empty()) return std::nullopt;
  const std::size_t size = octet(0) < 0x80 ? 1 : 4;
  if (bytes.size() < size) return std::nullopt;
  std::size_t length = octet(0) & 0x7fU;
  for (std::size_t i = 1; i < size; ++i) length = length << 8U | octet(i);
  bytes.remove_prefix(size);
  return length;
}

void append_length(std::string& out, std::size_t length) {
  if (length >= 0x80) {
    out.push_back(static_cast<char>((length >> 24U & 0x7fU) | 0x80U));
    out.push_back(static_cast<char>(length >> 16U & 0xffU));
    out.push_back(static_cast<char>(length >> 8U & 0xffU));
  }
  out.push_back(static_cast<char>(length & 0xffU));
}

}  // namespace

std::optional<Pair> take_pair(std::string_view& bytes) {
  const auto name = take_length(bytes);
  const auto value = name ? take_length(bytes) : std::nullopt;
  if (!value || *name + *value > bytes.size()) return std::nullopt;
  const Pair pair{bytes.substr(0, *name), bytes.substr(*name, *value)};
  bytes.remove_prefix(*name + *value);
  return pair;
}

void append_pair(std::string& out, std::string_view name, std::string_view value) {
  append_length(out, name.size());
  append_length(out, value.size());
  out.append(name).append(value);
}

bool params_well_formed(std::string_view params) {
  while (!params.empty()) {
    const auto pair = take_pair(params);
    if (!pair) return false;
    for (const auto text : {pair->name, pair->value}) {
      if (text.find('\0') != std::string_view::npos) return false;
    }
  }
  return true;
}

}  // namespace worker::fcgi
