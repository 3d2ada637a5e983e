// Options: what the operator asked `sse-worker top` to do. A value, checked once, when the command line is
// read.
#pragma once

#include <string>
#include <variant>

namespace worker::top {

struct Options {
  /// Of the `$stats` stream.
  std::string url = "http://127.0.0.1/events";
  /// The file with the publish key; empty for none.
  std::string key_file;
  /// Print the figures once, and end.
  bool once = false;
};

/// The exit status instead where everything is said already: 0 after --help or --version, 2 after a mistake.
std::variant<Options, int> parse_command_line(int argc, char** argv);

}  // namespace worker::top
