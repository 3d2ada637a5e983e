// YamlLines: the lines of a configuration, and the key that each belongs to, as far as that can be told of a
// text that is not YAML. For messages only. Lines are counted from 0.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace worker::config {

/// What may stand before and between the words of a line.
inline constexpr std::string_view yaml_blanks = " \t";

/// Borrows the text.
class YamlLines {
 public:
  explicit YamlLines(std::string_view text);

  /// Without its line end; empty beyond the last line.
  std::string_view at(std::size_t line) const;
  std::size_t count() const { return lines_.size(); }
  /// The number of blanks and tabs at its beginning.
  std::size_t indentation(std::size_t line) const;
  /// The nearest line before it that is neither blank nor only a comment.
  std::optional<std::size_t> before(std::size_t line) const;
  /// `section.key` of the value that stands on the line; empty for none.
  std::string key_of(std::size_t line) const;

 private:
  std::vector<std::string_view> lines_;
};

/// The word at the beginning of `text` that a colon follows, or nothing.
std::string_view word_before_colon(std::string_view text);

}  // namespace worker::config
