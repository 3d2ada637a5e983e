#include "config/yaml_error.hpp"

#include <yaml-cpp/eventhandler.h>

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "config/yaml_lines.hpp"

namespace worker::config {
namespace {

// A plain value cannot begin with one of these.
constexpr std::string_view indicators = "*&!@`%|>,?-}]";

struct Place {
  std::size_t line;
  std::size_t column;
};

YamlError mistake_at(const YamlLines& lines, Place place, std::string message) {
  YAML::Mark mark;
  mark.line = static_cast<int>(place.line);
  mark.column = static_cast<int>(place.column);
  return {mark, lines.key_of(place.line), std::move(message)};
}

// Where the value of the line begins: after dashes and a key.
std::size_t value_column(std::string_view line) {
  auto at = std::min(line.find_first_not_of(yaml_blanks), line.size());
  while (line.substr(at).starts_with("- "))
    at = std::min(line.find_first_not_of(yaml_blanks, at + 2), line.size());
  if (!word_before_colon(line.substr(at)).empty())
    at = std::min(line.find_first_not_of(yaml_blanks, line.find(':', at) + 1), line.size());
  return at;
}

YamlError needs_quotes(const YamlLines& lines, Place place) {
  const char first = lines.at(place.line)[place.column];
  return mistake_at(lines, place,
                    fmt::format("a value that begins with {} must be in quotes: \"{}{}\"", first, first,
                                first == '*' ? "" : "…"));
}

// The indicator that yaml-cpp refused: at the mark, before it, or at the beginning of the value.
std::optional<Place> indicator_near(const YamlLines& lines, Place mark) {
  const auto line = lines.at(mark.line);
  const auto is_indicator = [&](std::size_t at) {
    return at < line.size() && indicators.find(line[at]) != std::string_view::npos;
  };
  if (is_indicator(mark.column) && line[mark.column] != ']' && line[mark.column] != ',') return mark;
  const auto star = line.substr(0, mark.column).find_last_of("*&!");
  if (star != std::string_view::npos) return Place{mark.line, star};
  if (const auto at = value_column(line); is_indicator(at)) return Place{mark.line, at};
  return is_indicator(mark.column) ? std::optional(mark) : std::nullopt;
}

// The last [ or { that begins a value before `end` and is not closed.
std::optional<Place> open_bracket(const YamlLines& lines, std::size_t end) {
  std::vector<Place> open;
  for (std::size_t i = 0; i <= end && i < lines.count(); ++i) {
    const auto line = lines.at(i);
    char quote = '\0';
    for (auto at = lines.indentation(i); at < line.size(); ++at) {
      const char c = line[at];
      const bool begins = at == value_column(line) || !open.empty();
      if (quote == '\0' && c == '#' && (at == 0 || yaml_blanks.find(line[at - 1]) != std::string_view::npos))
        break;
      if (quote == '\0' && (c == '"' || c == '\'') && begins) {
        quote = c;
      } else if (c == quote) {
        quote = '\0';
      } else if (quote == '\0' && (c == '[' || c == '{') && begins) {
        open.push_back({i, at});
      } else if (quote == '\0' && (c == ']' || c == '}') && !open.empty()) {
        open.pop_back();
      }
    }
  }
  return open.empty() ? std::nullopt : std::optional(open.back());
}

// A `:` after a value that is complete.
YamlError stray_colon(const YamlLines& lines, Place mark) {
  const auto indent = lines.indentation(mark.line);
  const auto line = lines.at(mark.line);
  const auto first_colon = line.find(": ", indent);
  if (first_colon < mark.column) {
    return mistake_at(
        lines, mark,
        "a second `: ` in one line; put a value that contains `: ` in quotes, and each key on its own line");
  }
  const auto previous = lines.before(mark.line);
  if (!previous) return mistake_at(lines, mark, "no key is allowed here");
  const auto before = lines.at(*previous);
  const auto begin = lines.indentation(*previous);
  const Place there{*previous, begin};
  const auto word = word_before_colon(before.substr(begin));
  const auto colon = before.find(':', begin);
  if (!word.empty() && colon + 1 < before.size() &&
      yaml_blanks.find(before[colon + 1]) == std::string_view::npos)
    return mistake_at(lines, there, "a space is missing after the colon");
  if (before[begin] == '-' && begin + 1 < before.size() && before[begin + 1] != ' ')
    return mistake_at(lines, there, "a space is missing after the dash");
  if (word.empty() && before.find(':', begin) == std::string_view::npos && before[begin] != '-')
    return mistake_at(lines, there, "a colon is missing after the key");
  return mistake_at(
      lines, {mark.line, indent},
      fmt::format("is indented further than line {}, which has a value; begin both in the same column",
                  *previous + 1));
}

YamlError other_column(const YamlLines& lines, Place place) {
  return mistake_at(
      lines, place,
      fmt::format("is indented by {}, unlike the lines before it; begin all keys of a section in the "
                  "same column",
                  lines.indentation(place.line)));
}

// Text that neither continues the value before it nor begins a new one.
YamlError stray_text(const YamlLines& lines, Place mark) {
  const auto line = lines.at(mark.line);
  if (mark.column == lines.indentation(mark.line)) return other_column(lines, mark);
  const auto last = line.substr(0, mark.column).find_last_not_of(yaml_blanks);
  const char before = last == std::string_view::npos ? '\0' : line[last];
  if (before == '"')
    return mistake_at(lines, mark, "text after the closing \"; write \\\" for a quote inside");
  if (before == '\'') return mistake_at(lines, mark, "text after the closing '; write '' for a quote inside");
  if (before == ']' || before == '}')
    return mistake_at(lines, mark,
                      fmt::format("text after the closing {}; put the whole value in quotes", before));
  if (const auto indicator = indicator_near(lines, mark)) return needs_quotes(lines, *indicator);
  return mistake_at(lines, mark,
                    "does not belong here; write `key: value`, and put unusual values in quotes");
}

YamlError of_message(const YamlLines& lines, Place mark, std::string_view said) {
  const auto is = [&](auto... each) { return ((said == each) || ...); };
  const auto line = lines.at(mark.line);
  const auto tab = line.substr(0, lines.indentation(mark.line)).find('\t');
  if (tab != std::string_view::npos)
    return mistake_at(lines, {mark.line, tab}, "a tab where YAML wants spaces; indent with spaces");
  using namespace YAML;
  if (is(ErrorMsg::END_OF_MAP_FLOW, ErrorMsg::END_OF_SEQ_FLOW)) {
    if (const auto open = open_bracket(lines, mark.line)) {
      const char bracket = lines.at(open->line)[open->column];
      return mistake_at(lines, *open,
                        fmt::format("{} is not closed; add {}, or put the value in quotes", bracket,
                                    bracket == '[' ? ']' : '}'));
    }
  }
  if (said.starts_with(ErrorMsg::INVALID_ESCAPE) || is(ErrorMsg::INVALID_HEX)) {
    return mistake_at(lines, mark,
                      "an unknown escape; write \\\\ for a backslash in double quotes, or use single quotes");
  }
  if (is(ErrorMsg::EOF_IN_SCALAR)) return mistake_at(lines, mark, "the file ends within quotes; close them");
  if (is(ErrorMsg::MAP_VALUE)) return stray_colon(lines, mark);
  if (is(ErrorMsg::END_OF_MAP, ErrorMsg::END_OF_SEQ)) return stray_text(lines, mark);
  if (const auto indicator = indicator_near(lines, mark)) return needs_quotes(lines, *indicator);
  return mistake_at(lines, mark, fmt::format("is not YAML ({})", said));
}

// Position of the first byte that is not UTF-8; the size of the text where all are.
std::size_t first_not_utf8(std::string_view line) {
  std::size_t at = 0;
  while (at < line.size()) {
    std::size_t size = 1;
    while (size <= 4 && !base::is_utf8(line.substr(at, size))) ++size;
    if (size > 4) break;
    at += size;
  }
  return at;
}

// The first scalar that holds `text`, which was appended as a comment.
std::optional<YAML::Mark> holder_of(const std::string& text, const YAML::Node& node) {
  if (node.IsScalar() && node.Scalar().find(text) != std::string::npos) return node.Mark();
  std::optional<YAML::Mark> found;
  for (const auto& entry : node) {
    if (!found) found = holder_of(text, node.IsMap() ? entry.first : entry);
    if (!found && node.IsMap()) found = holder_of(text, entry.second);
  }
  return found;
}

// Where documents begin.
class DocumentPlace final : public YAML::EventHandler {
 public:
  /// The last one began where the one before it had begun.
  bool is_repeated() const { return repeated_; }
  const YAML::Mark& mark() const { return mark_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    repeated_ = count_++ > 0 && mark.pos == mark_.pos;
    mark_ = mark;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                       YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}

 private:
  YAML::Mark mark_;
  std::size_t count_ = 0;
  bool repeated_ = false;
};

}  // namespace

YamlError yaml_error(const std::string& yaml, const YAML::Exception& error) {
  if (error.msg == YAML::ErrorMsg::EOF_IN_SCALAR) {
    try {
      if (auto open = open_quote(yaml)) return std::move(*open);
    } catch (const YAML::Exception&) {  // told below
    }
  }
  const YamlLines lines(yaml);
  const auto number = [](int n) { return static_cast<std::size_t>(std::max(n, 0)); };
  return of_message(lines, {number(error.mark.line), number(error.mark.column)}, error.msg);
}

YamlError second_document(const std::string& yaml, const YAML::Mark& mark) {
  const YamlLines lines(yaml);
  const Place place{static_cast<std::size_t>(mark.line), static_cast<std::size_t>(mark.column)};
  const auto before = lines.before(place.line);
  if (before && lines.indentation(*before) > lines.indentation(place.line)) return other_column(lines, place);
  return mistake_at(lines, place, "a second YAML document begins here; only one is allowed");
}

std::optional<YamlError> encoding_error(const std::string& yaml) {
  const YamlLines lines(yaml);
  for (std::size_t i = 0; i < lines.count(); ++i) {
    const auto line = lines.at(i);
    const auto zero = line.find('\0');
    if (zero == std::string_view::npos && base::is_utf8(line)) continue;
    const auto at = std::min(zero, first_not_utf8(line));
    return mistake_at(lines, {i, at}, "is not UTF-8; save the file as UTF-8");
  }
  return std::nullopt;
}

std::optional<YamlError> endless_document(const std::string& yaml) {
  std::istringstream stream(yaml);
  YAML::Parser parser(stream);
  for (DocumentPlace place; parser.HandleNextDocument(place);) {
    if (!place.is_repeated()) continue;
    const auto mark = place.mark();
    return mistake_at(YamlLines(yaml),
                      {static_cast<std::size_t>(mark.line), static_cast<std::size_t>(mark.column)},
                      "is no YAML; a key is expected here, as `log:`");
  }
  return std::nullopt;
}

std::optional<YamlError> open_quote(const std::string& yaml) {
  const std::string sentinel = "# the file ends before this";
  const auto longer = fmt::format("{}\n{}\n", yaml, sentinel);
  // yaml-cpp may find a mistake in a text, and still read for ever once more text follows.
  if (endless_document(longer)) return std::nullopt;
  for (const auto& document : YAML::LoadAll(longer)) {
    const auto mark = holder_of(sentinel, document);
    if (!mark) continue;
    const YamlLines lines(yaml);
    return mistake_at(lines, {static_cast<std::size_t>(mark->line), static_cast<std::size_t>(mark->column)},
                      "a quote begins here and is not closed");
  }
  return std::nullopt;
}

}  // namespace worker::config
