// Selectors: a set of topic names, patterns and templates: what a client asks for, or what it may read. A
// value.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "log/entry.hpp"
#include "log/template.hpp"
#include "log/template_cache.hpp"

namespace worker::log {

/// A selector, and what it means. `*` stands for all topics in each of the kinds.
struct TypedSelector {
  enum class Kind {
    pattern,       // a name, or `orders/*`
    exact,         // a name, whatever characters it has
    uri_template,  // a template if it has a `{`, otherwise a name, whatever characters it has
    url_pattern,   // a pattern of the WHATWG
  };
  Kind kind{};
  std::string_view text;
};

/// Names; patterns: `orders/*` stands for every name that begins with `orders/`, `*` for all; and templates.
/// Comparable.
class Selectors {
 public:
  /// Each selector is a name or a pattern (log/topic.hpp) of at most `bytes_max` bytes; repeated ones count
  /// once. Fails with a sentence.
  static base::Result<Selectors, std::string> parse(const std::vector<std::string_view>& selectors,
                                                    std::size_t bytes_max);

  /// The same of selectors of several kinds.
  static base::Result<Selectors, SelectorRefusal> parse(const std::vector<TypedSelector>& selectors,
                                                        std::size_t bytes_max, TemplateCache& cache);
  /// The selectors of both.
  static Selectors joined(const Selectors& one, const Selectors& other);

  bool empty() const { return names_.empty() && prefixes_.empty() && templates_.empty(); }
  bool matches(std::string_view topic) const;  // a reserved one by its name alone
  /// One of the topics of the entry matches.
  bool matches(const Entry& entry) const;
  /// Every topic that the name or pattern `selector` matches is matched. `*` covers everything, also names
  /// that are reserved. A pattern is covered by one pattern or not at all: no number of names is enough.
  bool covers(std::string_view selector) const;
  /// The same of a template: by an equal one, or by a pattern for the beginning that its topics have.
  bool covers(const Template& each) const;
  /// All of `other` is covered. True where `other` is empty.
  bool covers(const Selectors& other) const;

  /// Sorted.
  const std::vector<std::string>& names() const { return names_; }
  /// Sorted, without the star: `orders/`, or empty for all.
  const std::vector<std::string>& prefixes() const { return prefixes_; }
  const TemplateSet& templates() const { return templates_; }
  /// All of them, as they were asked for: the names, then the patterns, then the templates.
  std::vector<std::string> texts() const;

  auto operator<=>(const Selectors&) const = default;

 private:
  bool covers_prefix(std::string_view prefix) const;

  std::vector<std::string> names_;
  std::vector<std::string> prefixes_;
  TemplateSet templates_;
};

}  // namespace worker::log
