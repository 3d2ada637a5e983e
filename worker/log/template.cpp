#include "log/template.hpp"

#include <algorithm>
#include <utility>

#include "log/compiled_template.hpp"
#include "log/topic.hpp"

namespace worker::log {
namespace {

// Of a compiled expression: measured with RE2 of Debian 12, with the states that it builds while it matches.
constexpr std::size_t expression_bytes = 2'500;
constexpr std::size_t instruction_bytes = 120;

bool matches_all(const re2::RE2& expression, std::string_view text) {
  const re2::StringPiece piece(text.data(), text.size());
  return expression.Match(piece, 0, piece.size(), re2::RE2::ANCHOR_BOTH, nullptr, 0);
}

}  // namespace

Template::Kind Template::kind() const { return compiled_->kind; }
const std::string& Template::text() const { return compiled_->text; }
const std::vector<std::string>& Template::literals() const { return compiled_->literals; }

bool Template::matches(std::string_view topic) const {
  if (is_reserved(topic)) return false;
  if (kind() == Kind::url_pattern) {
    const auto url = url_of(topic);
    return url && matches(*url);
  }
  if (topic == compiled_->text) return true;
  if (!compiled_->between) return false;
  const std::string_view first = literals().front(), last = literals().back();
  if (topic.size() < first.size() + last.size() || !topic.starts_with(first) || !topic.ends_with(last))
    return false;
  return compiled_->matches_between(topic.substr(first.size(), topic.size() - first.size() - last.size()));
}

// Where each literal comes once, it parts the text, and the expressions between them are few that all
// templates share. The whole of thousands of templates is in no cache of a processor: it takes ten times as
// long.
bool Template::Compiled::matches_between(std::string_view middle) const {
  auto rest = middle;
  for (std::size_t i = 0; i + 1 < expressions.size(); ++i) {
    const std::string_view literal = literals[i + 1];
    const auto at = rest.find(literal);
    if (at == std::string_view::npos) return false;
    if (rest.find(literal, at + 1) != std::string_view::npos) return matches_all(*between, middle);
    if (!matches_all(*expressions[i], rest.substr(0, at))) return false;
    rest.remove_prefix(at + literal.size());
  }
  return matches_all(*expressions.back(), rest);
}

std::optional<TopicUrl> Template::url_of(std::string_view topic) const {
  return TopicUrl::parse(topic, compiled_->base.get());
}

bool Template::matches(const TopicUrl& url) const {
  for (std::size_t i = 0; i < url_components; ++i) {
    const auto& [text, expression, anything] = compiled_->components[i];
    if (anything) continue;
    const auto component = url.component(static_cast<UrlComponent>(i));
    if (expression ? !matches_all(*expression, component) : component != text) return false;
  }
  return true;
}

// The canonical form of a URL is not what topics begin with.
std::string_view Template::beginning() const {
  return kind() == Kind::url_pattern ? std::string_view() : std::string_view(literals().front());
}

std::size_t Template::bytes() const {
  auto bytes = sizeof(Compiled) + 2 * text().size() + literals().size() * sizeof(std::string);
  // One expression, without a literal behind it, is shared with other templates.
  if (kind() == Kind::url_pattern) {
    for (const auto& each : compiled_->components) {
      bytes += sizeof each + each.text.size();
      if (each.expression)
        bytes +=
            expression_bytes + static_cast<std::size_t>(each.expression->ProgramSize()) * instruction_bytes;
    }
  } else if (literals().size() > 2) {
    bytes +=
        expression_bytes + static_cast<std::size_t>(compiled_->between->ProgramSize()) * instruction_bytes;
  }
  return bytes;
}

std::strong_ordering Template::operator<=>(const Template& other) const {
  if (compiled_ == other.compiled_) return std::strong_ordering::equal;
  if (const auto order = text() <=> other.text(); order != 0) return order;
  return kind() <=> other.kind();
}

TemplateSet::TemplateSet(std::vector<Template> templates) {
  if (templates.empty()) return;
  std::ranges::sort(templates);
  templates.erase(std::unique(templates.begin(), templates.end()), templates.end());
  templates.shrink_to_fit();
  boost::intrusive_ptr<List> list(new List);
  list->templates = std::move(templates);
  list_ = std::move(list);
}

bool TemplateSet::contains(const Template& each) const { return std::binary_search(begin(), end(), each); }

bool TemplateSet::matches(std::string_view topic) const {
  return std::any_of(begin(), end(), [&](const Template& each) { return each.matches(topic); });
}

std::strong_ordering TemplateSet::operator<=>(const TemplateSet& other) const {
  if (list_ == other.list_) return std::strong_ordering::equal;
  return std::lexicographical_compare_three_way(begin(), end(), other.begin(), other.end());
}

}  // namespace worker::log
