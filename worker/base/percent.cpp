#include "base/percent.hpp"

#include <fmt/format.h>

#include <iterator>

namespace worker::base {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kept = "-._~/*";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       kept.find(c) != std::string_view::npos;
    if (plain) {
      out.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace worker::base
