// Options: what the operator asked `sse-worker probe` to do. A value, checked once, when the command line is
// read.
#pragma once

#include <chrono>
#include <string>
#include <variant>

namespace worker::probe {

struct Options {
  /// With the path /events where it had none.
  std::string url;
  /// Where to publish; empty: beside `url` where there is a key, else nowhere.
  std::string publish_url;
  /// Files; empty for none.
  std::string key_file, header_file;
  /// Of the probe's own events; empty: one that nobody else has.
  std::string topic;
  std::string origin;
  std::chrono::seconds idle{0};
  std::chrono::seconds timeout{30};
  bool as_json = false;
};

/// The exit status instead where everything is said already: 0 after --help or --version, 2 after a mistake.
std::variant<Options, int> parse_command_line(int argc, char** argv);

}  // namespace worker::probe
