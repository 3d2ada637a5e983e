// Report: the rows as people and as programs read them. Pure.
#pragma once

#include <chrono>
#include <string>

#include "probe/row.hpp"

namespace worker::probe {

/// A line for each row, and one for each line to change.
std::string table(const std::string& url, const Rows& rows);

/// One JSON object in one line, whose members stay as docs/probe.md has them.
std::string json(const std::string& url, const std::string& final_url, const Rows& rows,
                 std::chrono::milliseconds took);

}  // namespace worker::probe
