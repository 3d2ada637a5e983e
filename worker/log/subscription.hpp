// Subscription: the set of selectors of one reader. A value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "log/entry.hpp"

namespace worker::log {

/// Names, and patterns: `orders/*` stands for every name that begins with `orders/`, `*` for all. Comparable;
/// equal subscriptions share a cohort.
class Subscription {
 public:
  /// Each selector is a name or a pattern (log/topic.hpp) of at most `bytes_max` bytes; repeated ones count
  /// once. Fails with a sentence.
  static base::Result<Subscription, std::string> parse(const std::vector<std::string_view>& selectors,
                                                       std::size_t bytes_max);

  bool matches(std::string_view topic) const;
  /// One of the topics of the entry matches.
  bool matches(const Entry& entry) const;

  /// Sorted.
  const std::vector<std::string>& names() const { return names_; }
  /// Sorted, without the star: `orders/`, or empty for all.
  const std::vector<std::string>& prefixes() const { return prefixes_; }

  auto operator<=>(const Subscription&) const = default;

 private:
  std::vector<std::string> names_;
  std::vector<std::string> prefixes_;
};

}  // namespace worker::log
