#include "config/section.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "base/closest_match.hpp"
#include "base/number.hpp"
#include "base/utf8.hpp"
#include "config/renamed_keys.hpp"
#include "config/suggested_number.hpp"
#include "config/yaml_lines.hpp"

namespace worker::config {
namespace {

// "1.5" is 1500; exact, without a detour over floating point.
std::optional<std::chrono::milliseconds> decimal_seconds(std::string_view text) {
  constexpr std::size_t decimals_max = 3;
  const auto point = text.find('.');
  const auto whole = base::parse_number<std::size_t>(text.substr(0, point));
  std::string decimals(point == std::string_view::npos ? "0" : text.substr(point + 1));
  if (!whole || *whole > 1'000'000'000 || decimals.size() > decimals_max) return std::nullopt;
  decimals.resize(decimals_max, '0');
  const auto thousandths = base::parse_number<std::size_t>(decimals);
  if (!thousandths || (point != std::string_view::npos && point + 1 == text.size())) return std::nullopt;
  return std::chrono::milliseconds(*whole * 1000 + *thousandths);
}

std::string printable(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? fmt::format("{}", time.count() / 1000)
                                  : fmt::format("{:g}", static_cast<double>(time.count()) / 1000);
}

// The sentence for a text that stands where keys and values are expected.
std::string no_mapping(const YAML::Node& node) {
  std::string expected = "must be a mapping of keys to values";
  if (!node.IsScalar()) return expected;
  const std::string_view text = node.Scalar();
  const auto word = word_before_colon(text);
  if (!word.empty()) return fmt::format("{}; a space is missing after `{}:`", expected, word);
  if (const auto equals = text.find('='); equals != std::string_view::npos && equals > 0)
    return expected + "; write `key: value` with a colon and a space";
  return expected;
}

}  // namespace

ConfigError::ConfigError(const std::string& file, const YAML::Mark& mark, const std::string& key,
                         const std::string& message)
    : std::runtime_error(fmt::format("{}:{}:{}: {}{}{}", file, mark.line + 1, mark.column + 1, key,
                                     key.empty() ? "" : ": ", message)) {}

Section::Section(std::string file, const YAML::Node& node, std::string path, std::string name)
    : file_(std::move(file)),
      node_(node.IsDefined() ? node : YAML::Node()),
      path_(std::move(path)),
      name_(std::move(name)) {
  const auto section = path_.substr(0, path_.size() - (path_.empty() ? 0 : 1));
  if (node_.IsNull()) return;
  if (!node_.IsMap()) throw ConfigError(file_, node_.Mark(), section, no_mapping(node_));
  std::map<std::string, std::pair<std::string, int>> seen;  // new name -> spelling and line
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar())
      throw ConfigError(file_, entry.first.Mark(), section, "has a key that is not a word");
    const auto& key = entry.first.Scalar();
    const auto mark = entry.first.Mark();
    const std::string now(new_name(name_, key));
    if (const auto [at, is_first] = seen.emplace(now, std::pair(key, mark.line + 1)); !is_first) {
      const auto& [spelled, line] = at->second;
      throw ConfigError(file_, mark, path_ + key,
                        fmt::format("is given twice, first in line {}{}; remove one", line,
                                    spelled == key ? "" : fmt::format(" as {}", path_ + spelled)));
    }
    if (now == key) continue;
    former_.emplace(now, key);
    warnings_.push_back({fmt::format("{}:{}:{}", file_, mark.line + 1, mark.column + 1),
                         fmt::format("{}{} is a former name; write {}{}", path_, key, name_, now)});
  }
}

YAML::Node Section::take(const std::string& key) {
  known_.insert(key);
  if (!node_.IsMap()) return YAML::Node(YAML::NodeType::Undefined);
  return std::as_const(node_)[spelling(key)];
}

const std::string& Section::spelling(const std::string& key) const {
  const auto found = former_.find(key);
  return found == former_.end() ? key : found->second;
}

void Section::fail(const YAML::Node& at, const std::string& key, const std::string& message) const {
  auto mark = at.Mark();
  // A value that is missing has its mark at whatever comes next.
  for (const auto& entry : node_) {
    if (at.IsNull() && entry.first.Scalar() == spelling(key)) mark = entry.first.Mark();
  }
  throw ConfigError(file_, mark, path_ + spelling(key), message);
}

std::string Section::scalar(const YAML::Node& node, const std::string& key,
                            const std::string& expected) const {
  if (node.IsNull()) {
    fail(node, key,
         "must be " + expected + ", but there is no value; put a value that begins with # or & in quotes");
  }
  if (!node.IsScalar()) fail(node, key, "must be " + expected);
  // yaml-cpp would make an empty value of `!secret`.
  const auto& tag = node.Tag();
  if (tag.starts_with('!') && tag != "!")
    fail(node, key, "a value that begins with ! must be in quotes: \"!…\"");
  return node.Scalar();
}

void Section::text(const std::string& key, std::string& value) {
  if (const auto node = take(key); node.IsDefined()) value = scalar(node, key, "text");
}

void Section::word(const std::string& key, std::string& value,
                   const std::function<bool(const std::string&)>& known, const std::string& expected) {
  const auto node = take(key);
  if (!node.IsDefined()) return;
  const auto word = scalar(node, key, expected);
  if (!known(word)) fail(node, key, fmt::format("must be {}, not `{}`", expected, word));
  value = word;
}

void Section::number(const std::string& key, std::size_t& value, std::size_t least, std::size_t most) {
  const auto node = take(key);
  if (!node.IsDefined()) return;
  const auto expected = fmt::format("a whole number from {} to {}", least, most);
  const auto text = scalar(node, key, expected);
  const auto number = base::parse_number<std::size_t>(text);
  if (!number || *number < least || *number > most) {
    const auto meant = suggested_number(text, key.find("bytes") != std::string::npos);
    const bool helps = !number && meant && *meant >= least && *meant <= most;
    fail(node, key,
         fmt::format("must be {}, not `{}`{}", expected, text,
                     helps ? fmt::format("; write {}", *meant) : ""));
  }
  value = *number;
}

void Section::seconds(const std::string& key, std::chrono::milliseconds& value,
                      std::chrono::milliseconds least, std::chrono::milliseconds most) {
  const auto node = take(key);
  if (!node.IsDefined()) return;
  const auto expected =
      fmt::format("seconds from {} to {}, with at most three decimals", printable(least), printable(most));
  const auto text = scalar(node, key, expected);
  const auto time = decimal_seconds(text);
  if (!time || *time < least || *time > most) {
    const auto meant = suggested_seconds(text);
    const bool helps = !time && meant && *meant >= least && *meant <= most;
    fail(node, key,
         fmt::format("must be {}, not `{}`{}", expected, text,
                     helps ? fmt::format("; write {}", printable(*meant)) : ""));
  }
  value = *time;
}

void Section::mode(const std::string& key, unsigned& value) {
  const auto node = take(key);
  if (!node.IsDefined()) return;
  const std::string expected = "three or four octal digits such as \"0660\"";
  const auto text = scalar(node, key, expected);
  const auto mode = base::parse_number<std::size_t>(text, 8);
  if (!mode || text.size() < 3 || text.size() > 4 || *mode > 0777) {
    fail(node, key, fmt::format("must be {}, not `{}`", expected, text));
  }
  value = static_cast<unsigned>(*mode);
}

void Section::selectors(const std::string& key, std::vector<std::string>& values) {
  const auto node = take(key);
  if (!node.IsDefined()) return;
  const std::string expected = "a list of topic names and patterns, such as [news, \"prices/*\"]";
  if (!node.IsSequence()) fail(node, key, "must be " + expected);
  std::vector<std::string> read;
  for (const auto& item : node) {
    read.push_back(scalar(item, key, expected));
    if (!base::is_utf8(read.back()) || base::has_control(read.back()) || read.back().empty()) {
      fail(item, key, "must be " + expected + ", in UTF-8 and without control characters");
    }
  }
  values = std::move(read);
}

void Section::each(const std::string& key, const std::string& expected, const Take& take_item) {
  const auto node = take(key);
  if (!node.IsDefined()) return;
  const auto read = [&](const YAML::Node& item) {
    if (const auto wrong = take_item(scalar(item, key, expected))) fail(item, key, *wrong);
  };
  if (!node.IsSequence()) return read(node);
  for (const auto& item : node) read(item);
}

void Section::section(const std::string& key, const std::function<void(Section&)>& read) {
  Section inner(file_, take(key), path_ + spelling(key) + ".", name_ + key + ".");
  read(inner);
  inner.require_all_known();
  warnings_.insert(warnings_.end(), inner.warnings_.begin(), inner.warnings_.end());
}

void Section::items(const std::string& key, const std::string& expected, std::size_t most,
                    const std::function<void(Section&)>& read) {
  const auto node = take(key);
  if (!node.IsDefined()) return;
  if (!node.IsSequence()) fail(node, key, "must be " + expected);
  if (node.size() > most)
    fail(node, key, fmt::format("has {} entries; at most {} are allowed", node.size(), most));
  for (std::size_t i = 0; i < node.size(); ++i) {
    if (!node[i].IsMap()) fail(node[i], key, "must be " + expected);
    Section inner(file_, node[i], fmt::format("{}{}[{}].", path_, spelling(key), i), name_ + key + ".");
    read(inner);
    inner.require_all_known();
    warnings_.insert(warnings_.end(), inner.warnings_.begin(), inner.warnings_.end());
  }
}

bool Section::has(const std::string& key) const {
  return node_.IsMap() && std::as_const(node_)[spelling(key)].IsDefined();
}

void Section::refuse(const std::string& key, const std::string& message) const {
  if (has(key)) fail(std::as_const(node_)[spelling(key)], key, message);
  throw ConfigError(file_, node_.Mark(), path_.substr(0, path_.size() - (path_.empty() ? 0 : 1)), message);
}

std::string Section::place() const {
  const auto mark = node_.Mark();
  return fmt::format("{}:{}:{}: {}", file_, mark.line + 1, mark.column + 1,
                     path_.substr(0, path_.size() - (path_.empty() ? 0 : 1)));
}

std::string Section::place(const std::string& key) const {
  const auto mark = std::as_const(node_)[spelling(key)].Mark();
  return fmt::format("{}:{}:{}: {}{}", file_, mark.line + 1, mark.column + 1, path_, spelling(key));
}

void Section::require_all_known() const {
  if (!node_.IsMap()) return;
  std::string empty;  // the key before this one, if it has no value
  for (const auto& entry : node_) {
    const auto& key = entry.first.Scalar();
    if (!known_.contains(std::string(new_name(name_, key)))) fail(entry.first, key, unknown(key, empty));
    empty = entry.second.IsNull() ? key : std::string();
  }
}

// The sentence for a key that no section knows.
std::string Section::unknown(const std::string& key, const std::string& empty) const {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  std::string hint;
  if (const auto meant = base::closest_match(key, known)) hint = fmt::format("did you mean {}? ", *meant);
  if (!empty.empty()) hint = fmt::format("indent it if it belongs to {}; ", empty);
  return fmt::format("is not a key here; {}known keys: {}", hint, fmt::join(known_, ", "));
}

}  // namespace worker::config
