#include "log/subscription.hpp"

#include <algorithm>
#include <utility>

#include "log/topic.hpp"

namespace worker::log {
namespace {

// No topic has a line end. Of a set that is sorted, so equal sets are equal texts.
std::string lines(const Selectors& selectors) {
  std::string text;
  for (const auto& name : selectors.names()) text.append(name).push_back('\n');
  for (const auto& prefix : selectors.prefixes()) text.append(prefix).append("*\n");
  if (!text.empty()) text.pop_back();
  text.shrink_to_fit();
  return text;
}

bool matches_one(std::string_view selector, std::string_view topic) {
  if (!is_pattern(selector)) return topic == selector;
  selector.remove_suffix(1);
  return topic.starts_with(selector);
}

}  // namespace

Subscription::Subscription(Selectors asked, const Selectors& granted) : asked_(std::move(asked)) {
  if (granted.empty()) return;
  const bool all = granted.covers(asked_);
  granted_ = all ? "*" : lines(granted);
  if (!all) granted_templates_ = granted.templates();
}

bool Subscription::may_read_private(const Entry& entry) const {
  return std::ranges::any_of(entry.topics(), [&](const auto& topic) { return may_read_all(topic); });
}

bool Subscription::may_read_all(std::string_view topic) const {
  for (std::string_view rest = granted_; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    if (matches_one(line, topic)) return true;
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return !granted_templates_.empty() && granted_templates_.matches(topic);
}

}  // namespace worker::log
