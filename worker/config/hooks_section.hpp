// The section `hooks`.
#pragma once

#include <optional>
#include <string>

#include "config/section.hpp"
#include "hooks/settings.hpp"

namespace worker::config {

void read_hooks(Section& section, hooks::Settings& hooks);

/// What is wrong with the address of a receiver, as a sentence.
std::optional<std::string> hook_url_problem(const std::string& url);

}  // namespace worker::config
