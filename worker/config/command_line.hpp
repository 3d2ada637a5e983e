// CommandLine: what the operator asked this process to do.
#pragma once

#include <string>
#include <variant>

namespace worker::config {

struct CommandLine {
  enum class Verb { serve, check };
  Verb verb = Verb::serve;
  /// Empty: the defaults.
  std::string config_file;
  /// For check: the user that the worker will run as. Empty: the current user; for root, that of the unit.
  std::string user;
};

/// The exit status instead where everything is said already: 0 after --help or --version, 2 after a mistake.
std::variant<CommandLine, int> parse_command_line(int argc, char** argv);

}  // namespace worker::config
