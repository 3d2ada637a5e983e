// Who can read the configuration: this process must, and where there are secrets in it nobody else should.
#pragma once

#include <optional>
#include <string>

#include "config/config.hpp"

namespace worker::config {

/// Where `file` is there and this process, as the user that it runs as, may not read it: the command that
/// changes it, as a whole line. None otherwise.
std::optional<std::string> access_problem(const std::string& file);

/// Where `file` holds a publish key or a password and its mode lets others read it: which key, and the
/// command that changes it, as a sentence. None otherwise, and where the file's mode cannot be looked at.
std::optional<std::string> exposure_warning(const Config& config, const std::string& file);

}  // namespace worker::config
