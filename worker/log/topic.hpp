// Topics: the names events are published under, and the selectors readers ask with. Checked once, at the
// edge.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "log/entry.hpp"

namespace worker::log {

/// True of names that the worker keeps for streams of its own, such as `$stats`.
inline bool is_reserved(std::string_view name) { return name.starts_with('$'); }

/// True for selectors that match many names: `*`, and text that ends in `/*`.
bool is_pattern(std::string_view selector);

/// Fails with a sentence: a name is 1 to `bytes_max` bytes of UTF-8 without control characters, neither `*`
/// nor something that ends in `/*`, which would be a pattern, and not reserved.
base::Result<void, std::string> check_topic(std::string_view name, std::size_t bytes_max);

/// A notice for a reader whose `selector` is a name but may be meant as a pattern or a list: it holds a star
/// or a comma. None for other selectors. Such a name is legal, and its events arrive.
std::optional<std::string> selector_notice(std::string_view selector);

/// What one reader asked for: names, and patterns `orders/*` that stand for every name beginning with
/// `orders/`
/// (`*` alone: all). A value, comparable; equal subscriptions share a cohort.
class Subscription {
 public:
  /// Each selector is a name or a pattern; repeated ones count once. Fails with a sentence.
  static base::Result<Subscription, std::string> parse(const std::vector<std::string_view>& selectors,
                                                       std::size_t bytes_max);

  bool matches(std::string_view topic) const;
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
