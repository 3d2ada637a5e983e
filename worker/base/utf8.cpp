#include "base/utf8.hpp"

#include <algorithm>
#include <boost/locale/utf.hpp>

namespace worker::base {

bool is_utf8(std::string_view text) {
  const auto* at = text.begin();
  while (at != text.end()) {
    if (static_cast<signed char>(*at) >= 0) {  // ASCII, nearly always
      ++at;
      continue;
    }
    const auto point = boost::locale::utf::utf_traits<char>::decode(at, text.end());
    if (point == boost::locale::utf::illegal || point == boost::locale::utf::incomplete) return false;
  }
  return true;
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet == 0x7f;
  });
}

}  // namespace worker::base
