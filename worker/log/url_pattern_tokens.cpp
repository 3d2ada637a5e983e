#include "log/url_pattern_tokens.hpp"

#include <re2/re2.h>

namespace worker::log {
namespace {

bool is_name_byte(char c, bool first) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         (!first && c >= '0' && c <= '9');
}

// The bytes of the name at the beginning; it is made of the characters of identifiers.
std::size_t name_bytes(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_name_byte(text[end], end == 0)) ++end;
  if (end == text.size() || text[end] >= 0) return end;
  // ID_Start and ID_Continue of Unicode, but for a dozen characters that are neither letters nor digits.
  constexpr const char* identifier = "[$_\\p{L}\\p{Nl}][$_\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}\\p{Nd}\\p{Pc}]*";
  // Compiled once: it takes a millisecond, and a pattern may have hundreds of names.
  static const re2::RE2 name(identifier);
  re2::StringPiece found;
  const re2::StringPiece piece(text.data(), text.size());
  return name.Match(piece, 0, piece.size(), re2::RE2::ANCHOR_START, &found, 1) ? found.size() : 0;
}

UrlPatternToken expression_token(std::string_view text, std::size_t at) {
  std::size_t depth = 1, end = at + 1;
  for (; end < text.size() && depth > 0; ++end) {
    const char c = text[end];
    if (c < 0)
      refuse_url_pattern("has a character beyond ASCII in the expression at byte {}; write it as an escape",
                         at);
    if (c == '\\') {
      if (++end == text.size()) break;
    } else if (c == '(') {
      ++depth;
      if (text.substr(end + 1, 2) != "?:")
        refuse_url_pattern("has a group in the expression at byte {}; write (?: in place of (", at);
    } else if (c == ')') {
      --depth;
    }
  }
  if (depth > 0)
    refuse_url_pattern("has a ( at byte {} that is never closed; close it with ), or write \\(", at);
  const auto value = text.substr(at + 1, end - at - 2);
  if (value.empty())
    refuse_url_pattern("has an empty expression at byte {}; write what it matches, or * for everything", at);
  if (value.front() == '?')
    refuse_url_pattern("has a ? at the beginning of the expression at byte {}; write (?:…) inside of it", at);
  return {UrlPatternToken::Type::expression, at, end - at, value};
}

}  // namespace

std::vector<UrlPatternToken> url_pattern_tokens(std::string_view text) {
  std::vector<UrlPatternToken> tokens;
  using Type = UrlPatternToken::Type;
  for (std::size_t at = 0; at < text.size();) {
    UrlPatternToken token{Type::character, at, 1, text.substr(at, 1)};
    const char c = text[at];
    if (c == '*') token.type = Type::asterisk;
    if (c == '+' || c == '?') token.type = Type::modifier;
    if (c == '{') token.type = Type::open;
    if (c == '}') token.type = Type::close;
    if (c == '\\') {
      if (at + 1 == text.size()) refuse_url_pattern("ends in a \\ that escapes nothing; write \\\\");
      token = {Type::escaped, at, 2, text.substr(at + 1, 1)};
    } else if (c == ':') {
      if (const auto size = name_bytes(text.substr(at + 1)); size > 0)
        token = {Type::name, at, size + 1, text.substr(at + 1, size)};
    } else if (c == '(') {
      token = expression_token(text, at);
    }
    tokens.push_back(token);
    at += token.size;
  }
  tokens.push_back({Type::end, text.size(), 0, {}});
  return tokens;
}

}  // namespace worker::log
