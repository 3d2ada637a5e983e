#include "log/selectors.hpp"

#include <algorithm>
#include <functional>
#include <optional>
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

// None: it is a name or a pattern.
std::optional<Template::Kind> template_kind(TypedSelector::Kind kind, std::string_view text) {
  if (kind == TypedSelector::Kind::pattern || text == "*") return std::nullopt;
  if (kind == TypedSelector::Kind::uri_template && text.find('{') != std::string_view::npos)
    return Template::Kind::uri_template;
  if (kind == TypedSelector::Kind::url_pattern) return Template::Kind::url_pattern;
  // A name that looks like a pattern.
  return is_pattern(text) ? std::optional(Template::Kind::literal) : std::nullopt;
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

base::Result<Selectors, SelectorRefusal> Selectors::parse(const std::vector<TypedSelector>& selectors,
                                                          std::size_t bytes_max, TemplateCache& cache) {
  std::vector<std::string_view> plain;
  std::vector<Template> templates;
  for (const auto& [kind, text] : selectors) {
    const auto compiled_as = template_kind(kind, text);
    if (!compiled_as) {
      plain.push_back(text);
      continue;
    }
    if (auto checked = check_selector(text, bytes_max); !checked)
      return base::failure(SelectorRefusal{std::move(checked).error()});
    auto parsed = cache.parse(*compiled_as, text);
    if (!parsed) return base::failure(std::move(parsed).error());
    templates.push_back(std::move(parsed).value());
  }
  auto parsed = parse(plain, bytes_max);
  if (!parsed) return base::failure(SelectorRefusal{std::move(parsed).error()});
  parsed.value().templates_ = TemplateSet(std::move(templates));
  return std::move(parsed).value();
}

Selectors Selectors::joined(const Selectors& one, const Selectors& other) {
  auto both = one;
  both.names_.insert(both.names_.end(), other.names_.begin(), other.names_.end());
  both.prefixes_.insert(both.prefixes_.end(), other.prefixes_.begin(), other.prefixes_.end());
  sort_unique(both.names_);
  sort_unique(both.prefixes_);
  std::vector<Template> templates(one.templates_.begin(), one.templates_.end());
  templates.insert(templates.end(), other.templates_.begin(), other.templates_.end());
  both.templates_ = TemplateSet(std::move(templates));
  return both;
}

bool Selectors::matches(std::string_view topic) const {
  return contains(names_, topic) || (!is_reserved(topic) && covers_prefix(topic)) ||
         (!templates_.empty() && templates_.matches(topic));
}

bool Selectors::matches(const Entry& entry) const {
  return std::ranges::any_of(entry.topics(), [&](const auto& topic) { return matches(topic); });
}

bool Selectors::covers(std::string_view selector) const {
  return is_pattern(selector) ? covers_prefix(prefix_of(selector))
                              : contains(names_, selector) || covers_prefix(selector);
}

bool Selectors::covers(const Template& each) const {
  return templates_.contains(each) || covers_prefix(each.beginning());
}

bool Selectors::covers(const Selectors& other) const {
  return std::ranges::all_of(other.names_, [&](const auto& name) { return covers(name); }) &&
         std::ranges::all_of(other.prefixes_, [&](const auto& prefix) { return covers_prefix(prefix); }) &&
         std::ranges::all_of(other.templates_, [&](const auto& each) { return covers(each); });
}

std::vector<std::string> Selectors::texts() const {
  auto texts = names_;
  for (const auto& prefix : prefixes_) texts.push_back(prefix + "*");
  for (const auto& each : templates_) texts.push_back(each.text());
  return texts;
}

// Everything that begins with `prefix` matches one of the patterns.
bool Selectors::covers_prefix(std::string_view prefix) const {
  return std::ranges::any_of(prefixes_, [&](const auto& each) { return prefix.starts_with(each); });
}

}  // namespace worker::log
