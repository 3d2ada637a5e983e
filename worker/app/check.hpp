// Check: `sse-worker check`, what is wrong with a configuration, its store and its socket, before it is used.
#pragma once

#include "config/command_line.hpp"
#include "config/config.hpp"

namespace worker::app {

/// Prints what it finds and returns the exit status. Checks as the user that will run the worker, because
/// root may do more than that user.
int check(const config::CommandLine& line, const config::Config& config);

}  // namespace worker::app
