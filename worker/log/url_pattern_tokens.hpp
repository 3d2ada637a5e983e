// UrlPatternToken: a piece of the text of a URL pattern. Pure.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace worker::log {

struct UrlPatternToken {
  enum class Type { character, escaped, open, close, name, expression, asterisk, modifier, end };
  Type type{};
  std::size_t at = 0, size = 0;  // in the pattern
  std::string_view value;
};

/// Says what to change in a URL pattern. parse_url_pattern() catches it.
struct UrlPatternError {
  std::string sentence;
};
template <class... Values>
[[noreturn]] void refuse_url_pattern(fmt::format_string<Values...> format, Values&&... values) {
  throw UrlPatternError{fmt::format(format, std::forward<Values>(values)...)};
}

/// With one of the type `end` at the end. Throws UrlPatternError.
std::vector<UrlPatternToken> url_pattern_tokens(std::string_view text);

}  // namespace worker::log
