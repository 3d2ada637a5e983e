// YamlMistake: what is wrong with a text that yaml-cpp refuses, or takes although nobody meant it so, in
// words that say what to change. yaml-cpp's own words name a state of its parser. No value is repeated in
// them: it may be a password.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>

namespace worker::config {

struct YamlMistake {
  /// Line and column, from 0, of what must be changed.
  YAML::Mark mark;
  /// `section.key`; empty where no key stands there.
  std::string key;
  std::string message;
};

/// Of a text that yaml-cpp has refused with `error`.
YamlMistake yaml_mistake(const std::string& yaml, const YAML::Exception& error);

/// Of a document that begins at `mark` behind another: there is one, or a key stands too far left.
YamlMistake second_document(const std::string& yaml, const YAML::Mark& mark);

/// Bytes that are not UTF-8, which yaml-cpp would replace or read as UTF-16.
std::optional<YamlMistake> encoding_mistake(const std::string& yaml);

/// A quote that nothing closes: yaml-cpp takes all the rest of the file for the value. Throws YAML::Exception
/// for what is no YAML.
std::optional<YamlMistake> open_quote(const std::string& yaml);

}  // namespace worker::config
