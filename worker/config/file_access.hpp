// FileAccess: who can read the configuration. This process must; others should not where it holds secrets.
#pragma once

#include <optional>
#include <string>

#include "config/config.hpp"

namespace worker::config {

/// A line for the operator, with the command to run, where `file` exists and this process may not read it.
/// None otherwise.
std::optional<std::string> access_problem(const std::string& file);

/// A sentence with the key and the command to run, where `file` holds a publish key or a password and others
/// may read it, or where they may read `publish.key_file`. None otherwise, and where the mode of the file
/// cannot be read.
std::optional<std::string> exposure_warning(const Config& config, const std::string& file);

}  // namespace worker::config
