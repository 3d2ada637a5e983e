// Rehearsal: runs the program that is to take over, before anything is given up for it: it has to start, to
// understand the form in which streams are handed over, and to accept the configuration. Blocks until it has
// ended, for rehearsal_max at most. Any thread but one that serves.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/command_line.hpp"
#include "config/config.hpp"

namespace worker::app {

/// The program, and how it was started.
struct Program {
  std::string path;
  std::vector<std::string> arguments;

  /// Of this process. At start-up: the file may be replaced later.
  static Program own(int argc, char** argv);
};

constexpr std::chrono::milliseconds rehearsal_max{10'000};

/// None: the program can take over. Otherwise why not, as a sentence. Ends early once `given_up`.
std::optional<std::string> rehearse(const Program& program, const std::string& config_file,
                                    const std::function<bool()>& given_up,
                                    std::chrono::milliseconds most = rehearsal_max);

/// What the program does then; returns its exit status.
int rehearsed(const config::CommandLine& line, const config::Config& config);

}  // namespace worker::app
