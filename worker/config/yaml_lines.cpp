#include "config/yaml_lines.hpp"

#include <algorithm>

namespace worker::config {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

}  // namespace

std::string_view word_before_colon(std::string_view text) {
  const auto end = static_cast<std::size_t>(std::ranges::find_if_not(text, is_word) - text.begin());
  if (end == 0 || text[0] == '-') return {};
  const auto colon = text.find_first_not_of(yaml_blanks, end);
  return colon != std::string_view::npos && text[colon] == ':' ? text.substr(0, end) : std::string_view();
}

YamlLines::YamlLines(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines_.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string_view YamlLines::at(std::size_t line) const {
  return line < lines_.size() ? lines_[line] : std::string_view();
}

std::size_t YamlLines::indentation(std::size_t line) const {
  return std::min(at(line).find_first_not_of(yaml_blanks), at(line).size());
}

std::optional<std::size_t> YamlLines::before(std::size_t line) const {
  for (auto i = std::min(line, lines_.size()); i-- > 0;) {
    const auto text = lines_[i].substr(indentation(i));
    if (!text.empty() && text[0] != '#') return i;
  }
  return std::nullopt;
}

std::string YamlLines::key_of(std::size_t line) const {
  // Sections begin in the first column; their keys, and lists below these, are indented.
  std::string key;
  for (std::optional<std::size_t> i = line; i; i = before(*i)) {
    const auto indent = indentation(*i);
    const auto word = word_before_colon(at(*i).substr(indent));
    if (indent > 0 && key.empty()) key = word;
    if (indent == 0 && !word.empty()) return key.empty() ? std::string(word) : std::string(word) + "." + key;
    if (indent == 0 && !at(*i).starts_with('-')) break;
  }
  return key;
}

}  // namespace worker::config
