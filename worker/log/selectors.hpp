// Selectors: a set of topic names and patterns: what a client asks for, or what it may read. A value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "log/entry.hpp"

namespace worker::log {

/// Names, and patterns: `orders/*` stands for every name that begins with `orders/`, `*` for all. Comparable.
class Selectors {
 public:
  /// Each selector is a name or a pattern (log/topic.hpp) of at most `bytes_max` bytes; repeated ones count
  /// once. Fails with a sentence.
  static base::Result<Selectors, std::string> parse(const std::vector<std::string_view>& selectors,
                                                    std::size_t bytes_max);

  bool empty() const { return names_.empty() && prefixes_.empty(); }
  bool matches(std::string_view topic) const;  // a reserved one by its name alone
  /// One of the topics of the entry matches.
  bool matches(const Entry& entry) const;
  /// Every topic that the name or pattern `selector` matches is matched. `*` covers everything, also names
  /// that are reserved. A pattern is covered by one pattern or not at all: no number of names is enough.
  bool covers(std::string_view selector) const;
  /// All of `other` is covered. True where `other` is empty.
  bool covers(const Selectors& other) const;

  /// Sorted.
  const std::vector<std::string>& names() const { return names_; }
  /// Sorted, without the star: `orders/`, or empty for all.
  const std::vector<std::string>& prefixes() const { return prefixes_; }
  /// All of them, as parse() takes them: the names, then the patterns.
  std::vector<std::string> texts() const;

  auto operator<=>(const Selectors&) const = default;

 private:
  bool covers_prefix(std::string_view prefix) const;

  std::vector<std::string> names_;
  std::vector<std::string> prefixes_;
};

}  // namespace worker::log
