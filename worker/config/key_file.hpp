// KeyFile: what the configuration has in files of their own: secrets, so that the configuration can be shown
// to others, and certificates. Each call returns what to change where it fails.
#pragma once

#include <optional>
#include <string>

namespace worker::config {

/// Reads the one line of `file` into `secret`, without white space at its ends. Fails if the file cannot be
/// read, is empty, or holds over 4,096 bytes or more than one line: a secret that is missing must never mean
/// that none is needed.
std::optional<std::string> read_secret_file(const std::string& file, std::string& secret);

/// The same for a key that the operator makes: the problem says how.
std::optional<std::string> read_key_file(const std::string& file, std::string& key);

/// The same for a key that signs: it has at least 32 bytes.
std::optional<std::string> read_signing_key_file(const std::string& file, std::string& key);

/// Reads all of `file` into `text`. Fails if it cannot be read, or has over 1 MiB.
std::optional<std::string> read_text_file(const std::string& file, std::string& text);

}  // namespace worker::config
