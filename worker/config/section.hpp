// Section: one mapping of the YAML file, read key by key into typed settings. A missing key leaves the
// default as it is; a key that was not read is unknown, and so an error, as is one given twice. A key with
// its former name is read and gives a warning. Errors are thrown as ConfigError and end in parse().
#pragma once

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "config/warning.hpp"
#include "config/yaml_error.hpp"

namespace worker::config {

/// `what()` is the whole line for the operator.
class ConfigError : public std::runtime_error {
 public:
  ConfigError(const std::string& file, const YAML::Mark& mark, const std::string& key,
              const std::string& message);
  ConfigError(const std::string& file, const YamlError& mistake)
      : ConfigError(file, mistake.mark, mistake.key, mistake.message) {}
};

class Section {
 public:
  /// `path` is the prefix of all keys as the file spells it, for messages: empty at the top, `greeting.`
  /// inside. `name` is the same prefix with the new names.
  Section(std::string file, const YAML::Node& node, std::string path = {}, std::string name = {});

  void text(const std::string& key, std::string& value);
  /// One of a set of words, e.g. a level.
  void word(const std::string& key, std::string& value, const std::function<bool(const std::string&)>& known,
            const std::string& expected);
  /// One of some words that stand for values.
  template <class Value>
  void choice(const std::string& key, Value& value, const std::vector<std::pair<std::string, Value>>& known) {
    std::string expected;
    for (const auto& [name, meant] : known) {
      if (!expected.empty()) expected += name == known.back().first ? " or " : ", ";
      expected += name;
    }
    std::string chosen;
    const auto take_known = [&](const std::string& name) {
      const auto found = std::ranges::find(known, name, [](const auto& each) { return each.first; });
      if (found == known.end()) return false;
      value = found->second;
      return true;
    };
    word(key, chosen, take_known, expected);
  }
  void number(const std::string& key, std::size_t& value, std::size_t least, std::size_t most);
  /// Seconds, with up to three decimals.
  void seconds(const std::string& key, std::chrono::milliseconds& value, std::chrono::milliseconds least,
               std::chrono::milliseconds most);
  /// Three or four octal digits.
  void mode(const std::string& key, unsigned& value);
  /// A sequence of topic names and patterns.
  void selectors(const std::string& key, std::vector<std::string>& values);
  /// A text, or a sequence of texts. `take` gets each of them, and returns what is wrong with it.
  using Take = std::function<std::optional<std::string>(const std::string&)>;
  void each(const std::string& key, const std::string& expected, const Take& take);
  /// Reads the mapping under `key`, where there is one, and requires that `read` knew all of its keys.
  void section(const std::string& key, const std::function<void(Section&)>& read);
  /// Reads each mapping of the sequence under `key`, where there is one; at most `most` of them. `expected`
  /// is for messages.
  void items(const std::string& key, const std::string& expected, std::size_t most,
             const std::function<void(Section&)>& read);
  bool has(const std::string& key) const;
  /// Throws for the value of `key`, or for the whole section where it has no such key.
  [[noreturn]] void refuse(const std::string& key, const std::string& message) const;
  /// `FILE:LINE:COLUMN: KEY` of the section.
  std::string place() const;
  /// The same of the value of `key`, which is there.
  std::string place(const std::string& key) const;
  /// Throws for the first key that nobody read.
  void require_all_known() const;
  /// Of this section and of those read from it.
  const std::vector<ConfigWarning>& warnings() const { return warnings_; }

 private:
  /// As the file has it: the former name of `key`, where that is used.
  const std::string& spelling(const std::string& key) const;
  std::string unknown(const std::string& key, const std::string& empty) const;
  YAML::Node take(const std::string& key);
  [[noreturn]] void fail(const YAML::Node& at, const std::string& key, const std::string& message) const;
  std::string scalar(const YAML::Node& node, const std::string& key, const std::string& expected) const;

  std::string file_;
  YAML::Node node_;
  std::string path_, name_;
  std::set<std::string> known_;
  std::map<std::string, std::string> former_;  // new name -> the former name that the file uses
  std::vector<ConfigWarning> warnings_;
};

}  // namespace worker::config
