// KeyFile: a secret in a file of its own, so that the configuration can be shown to others.
#pragma once

#include <optional>
#include <string>

namespace worker::config {

/// Reads the one line of `file` into `key`, without white space at its ends. Returns what to change where
/// that fails: the file cannot be read, is empty, or holds over 4,096 bytes or more than one line. A key that
/// is missing must never mean that none is needed.
std::optional<std::string> read_key_file(const std::string& file, std::string& key);

}  // namespace worker::config
