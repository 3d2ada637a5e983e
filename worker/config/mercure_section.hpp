// MercureSection: the section `mercure` of the YAML file as settings. Errors are thrown as ConfigError. No
// message repeats a secret.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "config/section.hpp"

namespace worker::config {

void read_mercure(Section& section, api::MercureSettings& mercure, access::Settings& tokens);

/// What an operator should know of a section that is valid: nobody could publish or subscribe, or rules that
/// are not in force. Looks at all other sections, so those come first.
std::vector<ConfigWarning> mercure_warnings(const Config& config, const std::string& file);

}  // namespace worker::config
