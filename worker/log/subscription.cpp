#include "log/subscription.hpp"

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

}  // namespace

base::Result<Subscription, std::string> Subscription::parse(const std::vector<std::string_view>& selectors,
                                                            std::size_t bytes_max) {
  Subscription subscription;
  for (const auto selector : selectors) {
    if (auto checked = check_selector(selector, bytes_max); !checked)
      return base::failure(std::move(checked).error());
    if (is_pattern(selector)) {
      subscription.prefixes_.emplace_back(selector.substr(0, selector.size() - 1));
    } else {
      subscription.names_.emplace_back(selector);
    }
  }
  sort_unique(subscription.names_);
  sort_unique(subscription.prefixes_);
  return subscription;
}

bool Subscription::matches(std::string_view topic) const {
  return std::ranges::binary_search(names_, topic, std::less<>()) ||
         std::ranges::any_of(prefixes_, [&](const auto& prefix) { return topic.starts_with(prefix); });
}

bool Subscription::matches(const Entry& entry) const {
  return std::ranges::any_of(entry.topics(), [&](const auto& topic) { return matches(topic); });
}

}  // namespace worker::log
