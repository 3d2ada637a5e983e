#include "api/request/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace worker::api {
namespace {

constexpr std::string_view ends_token = ",:[]{}\" \t\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && is_digit(text[at + count])) ++count;
  return count;
}

// How many bytes of JSON's `number` begin `text` (RFC 8259, section 6); 0 where none does, or where it runs
// on into something else.
std::size_t number_bytes(std::string_view text) {
  const auto next = [&](std::size_t at) { return at < text.size() ? text[at] : ' '; };
  std::size_t at = next(0) == '-' ? 1 : 0;
  const auto whole = digits_at(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return 0;
  at += whole;
  if (next(at) == '.') {
    const auto fraction = digits_at(text, at + 1);
    if (fraction == 0) return 0;
    at += 1 + fraction;
  }
  if (next(at) == 'e' || next(at) == 'E') {
    const std::size_t sign = next(at + 1) == '+' || next(at + 1) == '-' ? 1 : 0;
    const auto exponent = digits_at(text, at + 1 + sign);
    if (exponent == 0) return 0;
    at += 1 + sign + exponent;
  }
  return ends_token.find(next(at)) == std::string_view::npos ? 0 : at;
}

// Behind a string that begins at `at`, or the end.
std::size_t string_end(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

}  // namespace

std::string without_numbers(std::string_view text) {
  std::string plain(text);
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '"') {
      at = string_end(text, at);
    } else if (text[at] == '-' || is_digit(text[at])) {
      auto size = number_bytes(text.substr(at));
      if (size != 0) {
        plain.replace(at, size, size, ' ');
        plain[at] = '0';
      } else {
        // Passed over as a whole: the end of `1.5.5` is no number.
        size = std::min(text.find_first_of(ends_token, at), text.size()) - at;
      }
      at += size;
    } else {
      ++at;
    }
  }
  return plain;
}

InvalidRequest json_error(std::string_view text) {
  using Json = nlohmann::json;
  // This parser takes a NUL for the end of its input, and passes over a byte order mark.
  if (text.starts_with("\xef\xbb\xbf")) return InvalidRequest("JSON: is broken at byte 1");
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) text = text.substr(0, nul + 1);
  const auto guard = [&](int outer, Json::parse_event_t event, Json& /*value*/) {
    const bool begins =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (begins && outer >= json_depth_max)
      throw InvalidRequest(fmt::format("JSON: is nested deeper than {}", json_depth_max));
    return true;
  };
  try {
    if (!Json::parse(text, guard).is_object()) return InvalidRequest("JSON: must be an object");
  } catch (const InvalidRequest& mistake) {
    return mistake;
  } catch (const Json::parse_error& error) {
    return InvalidRequest(fmt::format("JSON: is broken at byte {}", error.byte));
  } catch (const Json::out_of_range& /*error*/) {
    // A number, such as the first part of `1e999.5`; it does not say where.
  }
  if (text.ends_with('\0')) return InvalidRequest(fmt::format("JSON: is broken at byte {}", text.size()));
  return InvalidRequest("JSON: is invalid, or contains a number out of range");
}

}  // namespace worker::api
