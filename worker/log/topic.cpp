#include "log/topic.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/printable.hpp"
#include "base/utf8.hpp"

namespace worker::log {
namespace {

base::Result<void, std::string> check_text(std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return base::failure(std::string("topic: must not be empty"));
  if (text.size() > bytes_max) {
    return base::failure(fmt::format("topic: has {} bytes; at most {} are allowed", text.size(), bytes_max));
  }
  if (!base::is_utf8(text)) return base::failure(std::string("topic: is not valid UTF-8"));
  if (base::has_control(text)) return base::failure(std::string("topic: contains a control character"));
  return base::success();
}

void sort_unique(std::vector<std::string>& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

bool is_pattern(std::string_view selector) { return selector == "*" || selector.ends_with("/*"); }

base::Result<void, std::string> check_topic(std::string_view name, std::size_t bytes_max) {
  if (auto checked = check_text(name, bytes_max); !checked) return checked;
  if (is_pattern(name)) {
    return base::failure(
        fmt::format("topic: {} is a pattern; an event is published under a name", base::printable(name)));
  }
  if (is_reserved(name)) {
    return base::failure(fmt::format("topic: {} is reserved: names that begin with $ belong to the worker",
                                     base::printable(name)));
  }
  return base::success();
}

std::optional<std::string> selector_notice(std::string_view selector) {
  if (is_pattern(selector)) return std::nullopt;
  if (selector.find('*') != std::string_view::npos) {
    return fmt::format("topic {} is a name, not a pattern; patterns are * and names that end in /*",
                       base::printable(selector));
  }
  if (selector.find(',') != std::string_view::npos)
    return fmt::format("topic {} is one name; for several topics repeat topic=", base::printable(selector));
  return std::nullopt;
}

base::Result<Subscription, std::string> Subscription::parse(const std::vector<std::string_view>& selectors,
                                                            std::size_t bytes_max) {
  Subscription subscription;
  for (const auto selector : selectors) {
    if (auto checked = check_text(selector, bytes_max); !checked)
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
