#include "topics.hpp"

#include <fmt/format.h>

#include <cctype>
#include <iterator>

namespace sse::bench {
namespace {

constexpr std::string_view place = "{n}";

std::string numbered(std::string name, std::uint64_t number) {
  const std::string digits = std::to_string(number);
  for (auto at = name.find(place); at != std::string::npos; at = name.find(place, at + digits.size())) {
    name.replace(at, place.size(), digits);
  }
  return name;
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    if (std::isalnum(value) != 0 || byte == '-' || byte == '_' || byte == '.' || byte == '~') {
      out.push_back(byte);
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", value);
    }
  }
}

}  // namespace

bool is_numbered(std::string_view name) noexcept { return name.find(place) != std::string_view::npos; }

std::vector<std::string> numbered(const std::vector<std::string>& names, std::uint64_t number) {
  std::vector<std::string> result;
  result.reserve(names.size());
  for (const std::string& name : names) result.push_back(numbered(name, number));
  return result;
}

std::vector<std::string> all_numbered(const std::vector<std::string>& names, std::uint64_t numbers) {
  std::vector<std::string> result;
  for (const std::string& name : names) {
    const std::uint64_t count = is_numbered(name) ? numbers : 1;
    for (std::uint64_t number = 0; number < count; ++number) result.push_back(numbered(name, number));
  }
  return result;
}

bool selects(std::string_view selector, std::string_view topic) noexcept {
  if (selector != "*" && !selector.ends_with("/*")) return selector == topic;
  return topic.starts_with(selector.substr(0, selector.size() - 1));
}

std::string topic_query(const std::vector<std::string>& selectors, TopicsAs as) {
  const std::string_view separator = as == TopicsAs::joined ? "," : "&topic=";
  std::string query;
  for (const std::string& selector : selectors) {
    query += query.empty() ? "topic=" : separator;
    append_escaped(query, selector);
  }
  return query;
}

}  // namespace sse::bench
