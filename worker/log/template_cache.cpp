#include "log/template_cache.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/printable.hpp"
#include "log/compiled_template.hpp"

namespace worker::log {
namespace {

// A compiled expression may take this much, with all states that it builds while it matches: enough for its
// program, and for a few hundred states. With fewer states it becomes slower, and stays linear.
std::int64_t memory_max(std::size_t expression_bytes) {
  return static_cast<std::int64_t>(16'384 + 128 * expression_bytes);
}

// What stands between the first literal and the last one.
std::string between(const PatternParts& parts) {
  std::string expression;
  for (std::size_t i = 0; i < parts.expressions.size(); ++i) {
    if (i > 0) expression += re2::RE2::QuoteMeta(parts.literals[i]);
    expression += parts.expressions[i];
  }
  return expression;
}

template <class Map>
void erase_expired(Map& map) {
  std::erase_if(map, [](const auto& each) { return each.second.expired(); });
}

std::shared_ptr<const TopicUrl> base_url(std::string_view text) {
  auto base = TopicUrl::parse(text, nullptr);
  if (!base || base->component(UrlComponent::hostname).empty())
    throw std::invalid_argument(fmt::format("{} is not an absolute URL with a host", base::printable(text)));
  return std::make_shared<const TopicUrl>(*std::move(base));
}

// Beginning with those of the first component. Between two components there is a line end.
std::vector<std::string> joined_literals(const UrlPatternParts& parts) {
  std::vector<std::string> literals{""};
  for (const auto& component : parts) {
    literals.back() += component.literals.front();
    literals.insert(literals.end(), component.literals.begin() + 1, component.literals.end());
    literals.back() += '\n';
  }
  return literals;
}

}  // namespace

TemplateCache::TemplateCache(std::size_t templates_max, std::string_view base)
    : templates_max_(templates_max), base_(base_url(base)) {}

base::Result<Template, SelectorRefusal> TemplateCache::parse(Template::Kind kind, std::string_view text) {
  auto key = std::string(1, static_cast<char>('0' + static_cast<int>(kind))).append(text);
  const std::lock_guard lock(mutex_);
  if (const auto found = templates_.find(key); found != templates_.end()) {
    if (auto compiled = found->second.lock()) return Template(std::move(compiled));
  }
  auto compiled = std::make_shared<Template::Compiled>(in_use_);
  compiled->kind = kind;
  compiled->text = text;
  bool simple = true;
  if (kind == Template::Kind::uri_template) {
    auto parts = parse_uri_template(text);
    if (!parts) return base::failure(SelectorRefusal{std::move(parts).error()});
    simple = compile_literals_and_expressions(*compiled, std::move(parts).value());
  } else if (kind == Template::Kind::url_pattern) {
    const auto parts = parse_url_pattern(text, *base_);
    if (!parts) return base::failure(SelectorRefusal{parts.error()});
    simple = compile_components(*compiled, parts.value());
  } else {
    compiled->literals = {std::string(text)};
  }
  if (!simple) {
    return base::failure(SelectorRefusal{
        fmt::format("topic: {} is too complex; use fewer expressions", base::printable(text))});
  }
  if (*in_use_ > templates_max_) {
    return base::failure(SelectorRefusal{
        fmt::format("topic: {} different templates are in use, and no more are allowed; try again later",
                    templates_max_.load()),
        true});
  }
  // On average each costs a constant.
  if (templates_.size() > 2 * *in_use_ + 64) {
    erase_expired(templates_);
    erase_expired(expressions_);
  }
  templates_.insert_or_assign(std::move(key), compiled);
  return Template(std::move(compiled));
}

// False if it would take too much memory.
bool TemplateCache::compile_literals_and_expressions(Template::Compiled& compiled, PatternParts&& parts) {
  if (!parts.expressions.empty()) {
    compiled.between = compile(between(parts));
    for (const auto& each : parts.expressions) compiled.expressions.push_back(compile(each));
    const auto& all = compiled.expressions;
    if (!compiled.between || std::ranges::find(all, nullptr) != all.end()) return false;
  }
  compiled.literals = std::move(parts.literals);
  return true;
}

bool TemplateCache::compile_components(Template::Compiled& compiled, const UrlPatternParts& parts) {
  for (std::size_t i = 0; i < url_components; ++i) {
    auto& component = compiled.components[i];
    const auto& [literals, expressions] = parts[i];
    component.anything = matches_everything(parts[i]);
    if (component.anything) continue;
    if (expressions.empty()) {
      component.text = literals.front();
      continue;
    }
    component.expression = compile(re2::RE2::QuoteMeta(literals.front()) + between(parts[i]) +
                                   re2::RE2::QuoteMeta(literals.back()));
    if (!component.expression) return false;
  }
  compiled.literals = joined_literals(parts);
  compiled.base = base_;
  return true;
}

// Null if it would take too much memory.
std::shared_ptr<const re2::RE2> TemplateCache::compile(const std::string& expression) {
  const auto found = expressions_.find(expression);
  if (found != expressions_.end()) {
    if (auto compiled = found->second.lock()) return compiled;
  }
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(memory_max(expression.size()));
  auto compiled = std::make_shared<const re2::RE2>(expression, options);
  if (!compiled->ok()) return nullptr;
  expressions_.insert_or_assign(expression, compiled);
  return compiled;
}

}  // namespace worker::log
