// Subscription: what one reader asks for. A value.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "log/entry.hpp"
#include "log/selectors.hpp"

namespace worker::log {

/// Comparable; equal subscriptions share a cohort.
class Subscription {
 public:
  /// Asks for nothing.
  Subscription() = default;
  explicit Subscription(Selectors asked, const Selectors& /*granted*/ = {}) : asked_(std::move(asked)) {}

  bool matches(std::string_view topic) const { return asked_.matches(topic); }
  /// One of the topics of the entry matches.
  bool matches(const Entry& entry) const { return asked_.matches(entry); }

  const Selectors& asked() const { return asked_; }
  /// As in Selectors.
  const std::vector<std::string>& names() const { return asked_.names(); }
  const std::vector<std::string>& prefixes() const { return asked_.prefixes(); }

  auto operator<=>(const Subscription&) const = default;

 private:
  Selectors asked_;
};

}  // namespace worker::log
