// CommandLine: what the operator asked this process to do.
#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace worker::config {

/// What `sse-worker token` does.
struct TokenCommand {
  /// Explain `token`, or what comes on standard input where it is empty; else make one.
  bool inspect = false;
  std::string token;
  std::vector<std::string> subscribe, publish;
  std::string subject;
  bool control = false;
  std::chrono::seconds lifetime{3'600};
  /// The keys and rules of `access.tokens.publishers`, not those of the readers.
  bool for_publishers = false;
  /// What signs it; both empty: the first secret of the configuration.
  std::string secret_file, key_file;
  /// Empty: what the key says, or HS256 for `secret_file`.
  std::string algorithm;
};

struct CommandLine {
  enum class Verb { serve, check, token, program, rehearse };
  Verb verb = Verb::serve;
  /// Empty: the defaults. For a program of its own (pipe, probe, top) nothing else is read: it has its own
  /// options.
  std::string config_file;
  /// For check: the user that the worker will run as. Empty: the current user; for root, that of the unit.
  std::string user;
  TokenCommand token{};
  /// For rehearse: the form in which the process that asks hands over its streams (app/takeover.hpp).
  unsigned takeover_version = 0;
};

/// The exit status instead where everything is said already: 0 after --help or --version, 2 after a mistake.
std::variant<CommandLine, int> parse_command_line(int argc, char** argv);

}  // namespace worker::config
