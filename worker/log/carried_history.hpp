// CarriedHistory: a history as bytes for the next program, where no store keeps it. Pure. What is read is
// checked: bytes that packed() does not return are no history, or another one, and do no harm.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "log/history.hpp"
#include "log/settings.hpp"

namespace worker::log {

std::string packed(const History& history);
std::optional<History> parse_history(std::string_view packed, const Settings& settings,
                                     const base::Clock& clock);

}  // namespace worker::log
