// AccessSection: the section `access` of the YAML file as settings. Errors are thrown as ConfigError. No
// message repeats a secret.
#pragma once

#include "access/settings.hpp"
#include "config/section.hpp"

namespace worker::config {

/// Of the section: `tokens`.
void read_tokens(Section& section, access::Settings& access);

/// Of the section: `resume_key_file`.
void read_resume_key(Section& section, access::Settings& access);

}  // namespace worker::config
