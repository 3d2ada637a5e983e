// YamlError: what to change in a text that yaml-cpp refuses, or reads in another way than its author meant.
// yaml-cpp's own messages name a state of its parser. No message repeats a value: it may be a password.
// Pure.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>

namespace worker::config {

struct YamlError {
  /// Line and column, from 0, of what must be changed.
  YAML::Mark mark;
  /// `section.key`; empty where there is no key.
  std::string key;
  std::string message;
};

/// The mistake in a text that yaml-cpp refused with `error`.
YamlError yaml_error(const std::string& yaml, const YAML::Exception& error);

/// The mistake where a second document begins at `mark`: there is one, or a key is indented too little.
YamlError second_document(const std::string& yaml, const YAML::Mark& mark);

/// Bytes that are not UTF-8; yaml-cpp would replace them or read them as UTF-16. None where all are.
std::optional<YamlError> encoding_error(const std::string& yaml);

/// Where yaml-cpp finds a document without a text, and would find it again and again: some texts that are no
/// YAML never end for YAML::LoadAll(). None for all others. Throws YAML::Exception for most that are not
/// YAML.
std::optional<YamlError> endless_document(const std::string& yaml);

/// A quote that is not closed: yaml-cpp reads the rest of the file as the value. None where all are closed.
/// Throws YAML::Exception for a text that is not YAML.
std::optional<YamlError> open_quote(const std::string& yaml);

}  // namespace worker::config
