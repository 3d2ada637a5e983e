#include "api/stream/cursor_spellings.hpp"

#include <algorithm>
#include <utility>

#include "base/utf8.hpp"
#include "http/query.hpp"

namespace worker::api {
namespace {

unsigned byte_of(char c) { return static_cast<unsigned char>(c); }

std::string utf8_of_latin1(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = byte_of(c);
    if (byte < 0x80) {
      out.push_back(c);
    } else {
      out.push_back(static_cast<char>(0xc0 | byte >> 6));
      out.push_back(static_cast<char>(0x80 | (byte & 0x3f)));
    }
  }
  return out;
}

// Empty where it has other characters than those of Latin-1.
std::string latin1_of_utf8(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = byte_of(text[i]);
    if (byte < 0x80) {
      out.push_back(text[i]);
    } else if ((byte == 0xc2 || byte == 0xc3) && i + 1 < text.size()) {
      out.push_back(static_cast<char>((byte & 0x03) << 6 | (byte_of(text[++i]) & 0x3f)));
    } else {
      return {};
    }
  }
  return out;
}

std::string without_escapes(std::string text) {
  // To a query a plus is a blank; to a header it is itself.
  for (std::size_t at = 0; (at = text.find('+', at)) != std::string::npos; at += 3)
    text.replace(at, 1, "%2B");
  for (auto& c : text) {
    if (c == '&') return {};  // would end it
  }
  const auto query = http::Query::parse("c=" + text);
  return std::string(query.first("c").value_or(""));
}

}  // namespace

std::vector<std::string> cursor_spellings(std::string cursor) {
  std::vector<std::string> all{std::move(cursor)};
  const auto add = [&](std::string text) {
    if (!text.empty() && base::is_utf8(text) && std::ranges::find(all, text) == all.end())
      all.push_back(std::move(text));
  };
  const bool ascii = std::ranges::all_of(all.front(), [](char c) { return byte_of(c) < 0x80; });
  if (!ascii) add(utf8_of_latin1(all.front()));
  if (!ascii) add(latin1_of_utf8(all.front()));
  if (all.front().find('%') != std::string::npos) add(without_escapes(all.front()));
  return all;
}

}  // namespace worker::api
