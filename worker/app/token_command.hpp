// TokenCommand: `sse-worker token`, for the person at the terminal.
#pragma once

#include "config/command_line.hpp"
#include "config/config.hpp"

namespace worker::app {

/// Makes or explains a token, as the command line says. Prints it on standard output, errors on standard
/// error; returns the exit status.
int token(const config::CommandLine& line, const config::Config& config);

}  // namespace worker::app
