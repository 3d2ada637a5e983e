#include "log/selectors.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "log/topic.hpp"

namespace worker::log {
namespace {

void sort_unique(std::vector<std::string>& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

// Of a pattern: without the star.
std::string_view prefix_of(std::string_view pattern) { return pattern.substr(0, pattern.size() - 1); }

bool contains(const std::vector<std::string>& sorted, std::string_view name) {
  return std::ranges::binary_search(sorted, name, std::less<>());
}

}  // namespace

base::Result<Selectors, std::string> Selectors::parse(const std::vector<std::string_view>& selectors,
                                                      std::size_t bytes_max) {
  Selectors parsed;
  for (const auto selector : selectors) {
    if (auto checked = check_selector(selector, bytes_max); !checked)
      return base::failure(std::move(checked).error());
    if (is_pattern(selector)) {
      parsed.prefixes_.emplace_back(prefix_of(selector));
    } else {
      parsed.names_.emplace_back(selector);
    }
  }
  sort_unique(parsed.names_);
  sort_unique(parsed.prefixes_);
  return parsed;
}

bool Selectors::matches(std::string_view topic) const {
  return contains(names_, topic) || (!is_reserved(topic) && covers_prefix(topic));
}

bool Selectors::matches(const Entry& entry) const {
  return std::ranges::any_of(entry.topics(), [&](const auto& topic) { return matches(topic); });
}

bool Selectors::covers(std::string_view selector) const {
  return is_pattern(selector) ? covers_prefix(prefix_of(selector))
                              : contains(names_, selector) || covers_prefix(selector);
}

bool Selectors::covers(const Selectors& other) const {
  return std::ranges::all_of(other.names_, [&](const auto& name) { return covers(name); }) &&
         std::ranges::all_of(other.prefixes_, [&](const auto& prefix) { return covers_prefix(prefix); });
}

std::vector<std::string> Selectors::texts() const {
  auto texts = names_;
  for (const auto& prefix : prefixes_) texts.push_back(prefix + "*");
  return texts;
}

// Everything that begins with `prefix` matches one of the patterns.
bool Selectors::covers_prefix(std::string_view prefix) const {
  return std::ranges::any_of(prefixes_, [&](const auto& each) { return prefix.starts_with(each); });
}

}  // namespace worker::log
