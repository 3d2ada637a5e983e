// AccessSection: the section `access` of the YAML file as settings. Errors are thrown as ConfigError. No
// message repeats a secret.
#pragma once

#include <functional>
#include <string>

#include "access/settings.hpp"
#include "config/section.hpp"

namespace worker::config {

/// Of the section: `tokens`. `more` reads further keys of it.
void read_tokens(
    Section& section, access::Settings& access, const std::function<void(Section&)>& more = [](Section&) {});

/// True of what may be the name of a cookie, and of nothing.
bool is_cookie_name(const std::string& name);

/// Of the section: `resume_key_file`.
void read_resume_key(Section& section, access::Settings& access);

}  // namespace worker::config
