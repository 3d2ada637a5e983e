#include "api/stream/cursor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/request/request_body.hpp"

namespace worker::api {
namespace {

constexpr std::string_view earliest = "earliest";

// Of values that are not empty.
std::string_view preferred(const std::vector<std::string_view>& given) {
  const auto found = std::find_if(given.rbegin(), given.rend(), [](auto value) { return value != earliest; });
  return found == given.rend() ? given.back() : *found;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view()
                                         : text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// The pieces between commas that are not empty.
std::vector<std::string_view> joined(std::string_view value) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= value.size();) {
    const auto end = std::min(value.find(',', begin), value.size());
    if (const auto part = trimmed(value.substr(begin, end - begin)); !part.empty()) parts.push_back(part);
    begin = end + 1;
  }
  return parts;
}

}  // namespace

bool is_cursor_name(std::string_view name) {
  auto letters = lower_case(name);
  std::erase_if(letters, [](char c) { return c == '-' || c == '_'; });
  return letters == "lasteventid";
}

std::optional<std::string> cursor_problem(const http::Query& parameters) {
  constexpr std::size_t bytes_max = 8'192;
  for (const auto& [name, value] : parameters.pairs()) {
    if (value.size() > bytes_max && is_cursor_name(name))
      return fmt::format("lastEventId: is over {} bytes", bytes_max);
  }
  return std::nullopt;
}

std::vector<std::string> cursors_of(const http::Request& request, const http::Query& parameters) {
  std::vector<std::string_view> given;
  const auto [first, end] = request.headers.equal_range("last-event-id");
  for (auto line = first; line != end; ++line) {
    if (!line->second.empty()) given.emplace_back(line->second);
  }
  if (!given.empty()) {
    const auto value = preferred(given);
    const auto parts = joined(value);
    if (parts.empty() || preferred(parts) == value) return {std::string(value)};
    return {std::string(value), std::string(preferred(parts))};
  }
  for (const auto& [name, value] : parameters.pairs()) {
    if (!value.empty() && is_cursor_name(name)) given.emplace_back(value);
  }
  return given.empty() ? std::vector<std::string>() : std::vector{std::string(preferred(given))};
}

}  // namespace worker::api
