// A wall-clock time as text that people and JavaScript's Date both read.
#pragma once

#include <string>

#include "base/clock.hpp"

namespace worker::base {

/// ISO 8601 in UTC with milliseconds, always 24 bytes: `2026-11-22T07:20:00.123Z`. Years 1970 to 9999.
std::string iso_time(WallTime time);

}  // namespace worker::base
