// AccessSection: the section `access` of the YAML file as settings. Errors are thrown as ConfigError. No
// message repeats a secret.
#pragma once

#include "access/settings.hpp"
#include "config/section.hpp"

namespace worker::config {

void read_access(Section& section, access::Settings& access);

}  // namespace worker::config
